// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/command_line.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tapmask/core/build_id.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

// Runs the program in a folder with a file clip.mp4 that is no video.
class CommandLineTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string form = (fs::temp_directory_path() / "tapmask_cli_XXXXXX").string();
    ASSERT_NE(mkdtemp(form.data()), nullptr);
    folder = form;
    clip = (folder / "clip.mp4").string();
    output = (folder / "out.mp4").string();
    std::ofstream(clip) << "no video";
  }
  void TearDown() override { fs::remove_all(folder); }

  ExitCode Start(const std::vector<std::string>& arguments) {
    out.str("");
    err.str("");
    return RunCommandLine(arguments, {out, err});
  }

  // Starts `run` with everything that it needs and `more`.
  ExitCode StartRun(const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"run", clip, "--point", "1,1", "-o", output};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Start(arguments);
  }

  // One line, from the program, with a full stop.
  void ExpectOneSentence() const {
    const std::string text = err.str();
    EXPECT_TRUE(text.starts_with("tapmask: ") && text.ends_with(".\n")) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  }

  bool Says(const std::string& words) const { return err.str().find(words) != std::string::npos; }

  fs::path folder;
  std::string clip;
  std::string output;
  std::ostringstream out;
  std::ostringstream err;
};

TEST_F(CommandLineTest, HelpsWithTheCommandsThatExistAndNoOthers) {
  EXPECT_EQ(Start({"--help"}), ExitCode::kDone);

  const std::string help = out.str();
  for (const char* name : {"run", "track", "preview", "render", "probe", "verify", "doctor",
                           "scene", "serve", "user"}) {
    EXPECT_NE(help.find(std::string("\n  ") + name + " "), std::string::npos) << name;
  }
  for (const char* name :
       {"models", "bench", "api", "worker", "sweeper", "scaler", "lambda", "--child", "--worker"}) {
    EXPECT_EQ(help.find(std::string("\n  ") + name), std::string::npos) << name;
  }
  EXPECT_EQ(err.str(), "");
}

TEST_F(CommandLineTest, HelpsWithEachCommand) {
  for (const char* name : {"run", "track", "preview", "render", "probe", "verify", "doctor",
                           "scene", "serve", "user"}) {
    EXPECT_EQ(Start({name, "--help"}), ExitCode::kDone) << name;
    EXPECT_NE(out.str().find("--help"), std::string::npos) << name;
  }
}

TEST_F(CommandLineTest, TellsItsVersionAndBuild) {
  EXPECT_EQ(Start({"--version"}), ExitCode::kDone);

  EXPECT_EQ(out.str(), "tapmask " + std::string(BuildId()) + "\n");
}

TEST_F(CommandLineTest, RefusesCommandsAndOptionsThatDoNotExist) {
  EXPECT_EQ(Start({"scaler"}), ExitCode::kBadUsage);
  EXPECT_EQ(err.str(),
            "tapmask: There is no command 'scaler'; `tapmask --help` shows what there is.\n");

  EXPECT_EQ(StartRun({"--colour", "red"}), ExitCode::kBadUsage);
  EXPECT_EQ(err.str(),
            "tapmask: There is no option --colour; `tapmask run --help` shows what there is.\n");

  EXPECT_EQ(StartRun({"second.mp4"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("'second.mp4' is one word too many")) << err.str();

  EXPECT_EQ(Start({}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("Say what to do")) << err.str();
}

TEST_F(CommandLineTest, NamesWhatIsMissing) {
  EXPECT_EQ(Start({"run", clip, "--point", "1,1"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("--output")) << err.str();

  EXPECT_EQ(Start({"run", "--point", "1,1", "-o", output}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("INPUT")) << err.str();

  EXPECT_EQ(Start({"run", clip, "-o", output}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("--point")) << err.str();

  EXPECT_EQ(Start({"track", clip, "--point", "1,1"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("--masks-out")) << err.str();

  EXPECT_EQ(StartRun({"--report"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("--report")) << err.str();
}

TEST_F(CommandLineTest, SaysHowManyValuesAnOptionTakes) {
  EXPECT_EQ(StartRun({"--crf"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("tapmask: --crf needs a value; ")) << err.str();
  EXPECT_EQ(StartRun({"--point"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("tapmask: --point needs a value; ")) << err.str();
  EXPECT_EQ(StartRun({"--crf", "18", "--crf", "20"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("tapmask: --crf may be given only once; ")) << err.str();
  EXPECT_EQ(StartRun({"-o", output}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("--output may be given only once; ")) << err.str();
  EXPECT_EQ(StartRun({"--invert=no"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("A switch takes no value")) << err.str();
}

TEST_F(CommandLineTest, RefusesWrongValuesWithOneSentence) {
  const std::vector<std::vector<std::string>> wrong{{"--mode", "blur"},
                                                    {"--style", "fog"},
                                                    {"--grow", "0"},
                                                    {"--grow", "0.0"},
                                                    {"--grow", "-3"},
                                                    {"--grow", "1.5"},
                                                    {"--grow", "nan"},
                                                    {"--on-lost", "hide"},
                                                    {"--audio", "louder"},
                                                    {"--engine", "sam9"},
                                                    {"--codec", "vp9"},
                                                    {"--crf", "52"},
                                                    {"--crf", "-1"},
                                                    {"--crf", "nan"},
                                                    {"--preset", "warp"},
                                                    {"--fps", "0"},
                                                    {"--threads", "-1"},
                                                    {"--video-stream", "x"},
                                                    {"--from", "-1"},
                                                    {"--to", "inf"},
                                                    {"--from", "3", "--to", "2"},
                                                    {"--frame", "-1"},
                                                    {"--time", "nan"},
                                                    {"--frame", "1", "--time", "1"},
                                                    {"--point", "-5,3"},
                                                    {"--point", "here"},
                                                    {"--box", "1,2,3,4"},
                                                    {"--crf", "18", "--crf", "20"}};
  for (const auto& options : wrong) {
    EXPECT_EQ(StartRun(options), ExitCode::kBadUsage) << options[0] << ' ' << options[1];
    ExpectOneSentence();
  }
}

TEST_F(CommandLineTest, SaysWhyWhatItRefusesIsDangerousOrNotThere) {
  StartRun({"--grow", "0"});
  EXPECT_TRUE(Says("edge of the object")) << err.str();

  EXPECT_EQ(StartRun({"--mode", "magic_eraser", "--invert"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("inverted")) << err.str();

  EXPECT_EQ(StartRun({"--mode", "magic_eraser", "--style", "secure"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("--style")) << err.str();

  EXPECT_EQ(StartRun({"--shadow", "--invert"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("--invert")) << err.str();

  EXPECT_EQ(StartRun({"--mode", "magic_eraser", "--on-lost", "clear"}), ExitCode::kBadUsage);
  EXPECT_TRUE(Says("lost")) << err.str();
}

TEST_F(CommandLineTest, TakesOneValueForEachPoint) {
  // The word after a point is the input, not another point.
  EXPECT_EQ(Start({"run", "--point", "1,1", "--point", "2,2,-", clip, "-o", clip}),
            ExitCode::kBadUsage);
  EXPECT_TRUE(Says("is the input")) << err.str();
}

TEST_F(CommandLineTest, RefusesAnInputThatIsMissing) {
  EXPECT_EQ(Start({"probe", (folder / "no.mp4").string()}), ExitCode::kRefused);
  ExpectOneSentence();
}

TEST_F(CommandLineTest, RefusesAnInputThatIsNoVideoAndLeavesNothing) {
  EXPECT_EQ(Start({"probe", clip}), ExitCode::kRefused);
  ExpectOneSentence();
  EXPECT_EQ(StartRun({}), ExitCode::kRefused);
  EXPECT_FALSE(fs::exists(output));
}

TEST_F(CommandLineTest, RefusesAnOutputOfUnknownKindBeforeItLooksAtTheVideo) {
  EXPECT_EQ(Start({"run", clip, "--point", "1,1", "-o", (folder / "out.avi").string()}),
            ExitCode::kBadUsage);
  EXPECT_TRUE(Says(".mp4, .mov or .mkv")) << err.str();
}

TEST_F(CommandLineTest, RefusesAPreviewOfSeveralFramesOrObjects) {
  const std::string tap = (folder / "tap").string();

  for (const char* second : {"2,2@5", "2,2#2"}) {
    EXPECT_EQ(Start({"preview", clip, "--point", "1,1", "--point", second, "--masks-out", tap}),
              ExitCode::kBadUsage);
    ExpectOneSentence();
  }
}

TEST_F(CommandLineTest, TellsErrorsAsJsonTooWhenAsked) {
  EXPECT_EQ(StartRun({"--json", "--grow", "0"}), ExitCode::kBadUsage);

  const auto event = nlohmann::json::parse(out.str());
  EXPECT_EQ(event.at("event"), "error");
  EXPECT_EQ(event.at("code"), "invalid_argument");
  EXPECT_EQ(event.at("exit_code"), 2);
  ExpectOneSentence();
}

}  // namespace
}  // namespace tapmask
