// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/progress_printer.h"

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tapmask {
namespace {

using std::chrono::milliseconds;

// A printer whose clock and terminal are in the test's hands.
class ProgressPrinterTest : public testing::Test {
 protected:
  ProgressPrinter Make(ProgressPrinter::Form form) {
    return ProgressPrinter(
        form, out, [this] { return time; }, [this] { return columns; });
  }

  void Wait(int ms) { time += milliseconds(ms); }

  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    std::istringstream in(out.str());
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

  // What stands on the terminal's line now.
  std::string Drawn() const {
    const std::string all = out.str();
    const size_t last = all.rfind("\r\x1b[K");
    return last == std::string::npos ? all : all.substr(last + 4);
  }

  int Redraws() const {
    int count = 0;
    const std::string all = out.str();
    for (const char c : all) count += c == '\r';
    return count;
  }

  std::ostringstream out;
  std::chrono::steady_clock::time_point time{std::chrono::hours(1)};
  int columns = 100;
};

constexpr JobStage kTracking = JobStage::kTracking;
constexpr JobStage kEncoding = JobStage::kEncoding;

TEST_F(ProgressPrinterTest, DrawsStagePercentRateAndTimeLeft) {
  auto printer = Make(ProgressPrinter::Form::kBar);

  printer.Show({kTracking, 0, 100});
  Wait(2000);
  printer.Show({kTracking, 25, 100});

  const std::string bar = Drawn();
  EXPECT_EQ(bar.rfind("tracking    25 % [##########", 0), 0u) << bar;
  EXPECT_NE(bar.find("]  25/100  12.5 frames/s  0:06 left"), std::string::npos) << bar;
}

TEST_F(ProgressPrinterTest, RedrawsTheBarAtMostTenTimesASecond) {
  auto printer = Make(ProgressPrinter::Form::kBar);

  for (int i = 0; i < 1000; ++i) {
    printer.Show({kTracking, i, 1000});
    Wait(1);
  }

  EXPECT_EQ(Redraws(), 10);
}

TEST_F(ProgressPrinterTest, DrawsANewStageAtOnce) {
  auto printer = Make(ProgressPrinter::Form::kBar);

  printer.Show({kTracking, 100, 100});
  Wait(1);
  printer.Show({kEncoding, 0, 100});

  EXPECT_EQ(Drawn().rfind("encoding     0 %", 0), 0u) << Drawn();
}

TEST_F(ProgressPrinterTest, NeverDrawsOverTheEdgeOfTheTerminal) {
  auto printer = Make(ProgressPrinter::Form::kBar);
  printer.Show({JobStage::kValidating, 0, 1'000'000});

  for (columns = 0; columns < 200; ++columns) {
    Wait(200);
    printer.Show({JobStage::kValidating, 5000 + columns, 1'000'000});

    EXPECT_LE(Drawn().size(), static_cast<size_t>(std::max(columns - 1, 0))) << Drawn();
  }
}

TEST_F(ProgressPrinterTest, KeepsStageAndPercentOnANarrowTerminal) {
  columns = 20;
  auto printer = Make(ProgressPrinter::Form::kBar);

  printer.Show({kTracking, 0, 100});
  Wait(1000);
  printer.Show({kTracking, 50, 100});

  EXPECT_EQ(Drawn(), "tracking    50 %");
}

TEST_F(ProgressPrinterTest, SaysOnlyWhatIsKnownWhenTheLengthIsNot) {
  auto printer = Make(ProgressPrinter::Form::kBar);

  printer.Show({kTracking, 0, 0});
  Wait(1000);
  printer.Show({kTracking, 20, 0});

  EXPECT_EQ(Drawn(), "tracking    20 frames  20.0 frames/s");
}

TEST_F(ProgressPrinterTest, ShowsTheRateOfTheLastSecondsNotOfTheWholeStage) {
  auto printer = Make(ProgressPrinter::Form::kBar);

  int64_t frame = 0;
  printer.Show({kTracking, frame, 10000});
  for (int i = 0; i < 100; ++i) {  // 10 s at 100 frames a second
    Wait(100);
    printer.Show({kTracking, frame += 10, 10000});
  }
  for (int i = 0; i < 100; ++i) {  // 10 s at 10 frames a second
    Wait(100);
    printer.Show({kTracking, frame += 1, 10000});
  }

  EXPECT_NE(Drawn().find(" 10.0 frames/s"), std::string::npos) << Drawn();
}

TEST_F(ProgressPrinterTest, ReachesAHundredPercentOnlyAtTheEnd) {
  auto printer = Make(ProgressPrinter::Form::kBar);

  printer.Show({kTracking, 999, 1000});
  EXPECT_NE(Drawn().find(" 99 %"), std::string::npos) << Drawn();
  Wait(100);
  printer.Show({kTracking, 1000, 1000});
  EXPECT_NE(Drawn().find("100 %"), std::string::npos) << Drawn();
  Wait(100);
  printer.Show({kTracking, 1003, 1000});  // The file said less than it holds.
  EXPECT_NE(Drawn().find("100 %"), std::string::npos) << Drawn();
}

TEST_F(ProgressPrinterTest, TakesTheBarAwayOnce) {
  auto printer = Make(ProgressPrinter::Form::kBar);
  printer.Show({kTracking, 1, 10});

  printer.Clear();
  const std::string cleared = out.str();
  printer.Clear();

  EXPECT_EQ(Drawn(), "");
  EXPECT_EQ(out.str(), cleared);
}

TEST_F(ProgressPrinterTest, WritesLinesAtNewStagesAndEveryFiveSeconds) {
  auto printer = Make(ProgressPrinter::Form::kLines);

  for (int frame = 0; frame <= 120; ++frame) {  // 12 s
    printer.Show({kTracking, frame, 120});
    Wait(100);
  }
  printer.Show({kEncoding, 0, 120});

  EXPECT_EQ(Lines(), (std::vector<std::string>{
                         "tracking: 0 %, frame 0 of 120",
                         "tracking: 41 %, frame 50 of 120, 10.0 frames/s, 0:07 left",
                         "tracking: 83 %, frame 100 of 120, 10.0 frames/s, 0:02 left",
                         "encoding: 0 %, frame 0 of 120",
                     }));
}

TEST_F(ProgressPrinterTest, WritesOneJsonObjectALine) {
  auto printer = Make(ProgressPrinter::Form::kJson);

  printer.Show({kTracking, 0, 100});
  Wait(2000);
  printer.Show({kTracking, 50, 100});

  ASSERT_EQ(Lines().size(), 2u);
  const auto first = nlohmann::json::parse(Lines()[0]);
  EXPECT_EQ(first.at("percent"), 0);
  EXPECT_TRUE(first.at("fps").is_null());
  EXPECT_TRUE(first.at("eta_seconds").is_null());
  EXPECT_EQ(nlohmann::json::parse(Lines()[1]), nlohmann::json::parse(R"({
    "event": "progress", "stage": "tracking", "percent": 50, "frame": 50, "frames": 100,
    "fps": 25.0, "eta_seconds": 2.0})"));
}

TEST_F(ProgressPrinterTest, AlwaysWritesTheEndOfAStageAsJson) {
  auto printer = Make(ProgressPrinter::Form::kJson);

  printer.Show({kTracking, 98, 100});
  Wait(1);
  printer.Show({kTracking, 99, 100});
  Wait(1);
  printer.Show({kTracking, 100, 100});

  ASSERT_EQ(Lines().size(), 2u);
  EXPECT_EQ(nlohmann::json::parse(Lines()[1]).at("percent"), 100);
}

TEST_F(ProgressPrinterTest, IsSilentWhenAskedToBe) {
  auto printer = Make(ProgressPrinter::Form::kNone);

  printer.Show({kTracking, 1, 10});
  printer.Clear();

  EXPECT_EQ(out.str(), "");
}

TEST(ClockText, CountsPartsOfASecondAsAWholeOne) {
  EXPECT_EQ(ClockText(0), "0:00");
  EXPECT_EQ(ClockText(0.2), "0:01");
  EXPECT_EQ(ClockText(59.5), "1:00");
  EXPECT_EQ(ClockText(750), "12:30");
  EXPECT_EQ(ClockText(3723), "1:02:03");
}

}  // namespace
}  // namespace tapmask
