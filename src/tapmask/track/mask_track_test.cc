// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/mask_track.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

constexpr int kWidth = 16, kHeight = 9;

Mask BoxAt(int x, int y = 2) {
  Mask mask(kWidth, kHeight);
  FillRect(mask, {x, y, 4, 3});
  return mask;
}

MaskTrackHeader TwoObjects() {
  MaskTrackHeader header;
  header.width = kWidth;
  header.height = kHeight;
  header.sample_aspect = {4, 3};
  header.time_base = {1, 12800};
  header.engine = "classical";
  header.objects.push_back({1, {{{3.25, 4.5}, true, 0, 1}, {{0, 0}, false, 2, 1}}});
  header.objects.push_back({7, {}});
  return header;
}

MaskRecord Tracked(int object, int64_t frame, const Mask& mask) {
  return {.object = object,
          .frame = frame,
          .pts = frame * 512 - 100,
          .state = TrackState::kTracked,
          .confidence = 0.75,
          .mask = mask};
}

class MaskTrackFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (fs::temp_directory_path() / "mask_track_XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = folder_ / "masks.jsonl";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Text() const {
    std::ifstream in(path_, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  void Write(const std::string& text) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
  }

  int FilesInFolder() const {
    return static_cast<int>(std::distance(fs::directory_iterator(folder_), {}));
  }

  // The public text of the error that reading `text` ends in; empty when it is read.
  std::string ErrorOf(const std::string& text) const {
    Write(text);
    try {
      MaskTrackReader reader(path_);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kInvalidArgument);
      return error.public_text();
    }
    return "";
  }

  fs::path folder_;
  fs::path path_;
};

using MaskTrackWriterTest = MaskTrackFile;
using MaskTrackReaderTest = MaskTrackFile;

// A small valid file, whose parts the tests below spoil. The mask is the single pixel (1,1).
const std::string kHeader =
    R"({"format":"tapmask-masks","version":1,"width":3,"height":2,"sample_aspect":[1,1],)"
    R"("time_base":[1,25],"engine":"external","objects":[{"id":1,"points":[]}]})"
    "\n";
const std::string kRecord =
    R"({"object":1,"frame":0,"pts":0,"state":"tracked","confidence":0.5,"bbox":[1,1,1,1],)"
    R"("rle":{"size":[2,3],"counts":"312"}})"
    "\n";
const std::string kEnd = "{\"end\":true,\"frames\":2}\n";

std::string With(std::string text, const std::string& old_part, const std::string& new_part) {
  const size_t at = text.find(old_part);
  EXPECT_NE(at, std::string::npos) << old_part;
  return text.replace(at, old_part.size(), new_part);
}

TEST_F(MaskTrackWriterTest, WritesWhatTheReaderReadsBack) {
  MaskRecord held = Tracked(7, 1, BoxAt(9));
  held.state = TrackState::kHeld;
  held.confidence = 0.1;
  MaskRecord absent = Tracked(1, 2, Mask(kWidth, kHeight));
  absent.state = TrackState::kAbsent;

  MaskTrackWriter writer(path_, TwoObjects());
  writer.Add(Tracked(1, 1, BoxAt(3)));
  writer.Add(held);
  writer.Add(absent);
  writer.Finish(4);
  MaskTrackReader reader(path_);

  EXPECT_EQ(reader.frames(), 4);
  const MaskTrackHeader& header = reader.header();
  EXPECT_EQ(header.width, kWidth);
  EXPECT_EQ(header.height, kHeight);
  EXPECT_EQ(header.sample_aspect, (Rational{4, 3}));
  EXPECT_EQ(header.time_base, (Rational{1, 12800}));
  EXPECT_EQ(header.engine, "classical");
  ASSERT_EQ(header.objects.size(), 2u);
  EXPECT_EQ(header.objects[1].id, 7);
  ASSERT_EQ(header.objects[0].points.size(), 2u);
  EXPECT_EQ(header.objects[0].points[0].in_shown, (Point2f{3.25, 4.5}));
  EXPECT_TRUE(header.objects[0].points[0].is_object);
  EXPECT_FALSE(header.objects[0].points[1].is_object);
  EXPECT_EQ(header.objects[0].points[1].frame, 2);

  EXPECT_TRUE(reader.Frame(0).empty());
  const std::vector<MaskRecord> frame = reader.Frame(1);
  ASSERT_EQ(frame.size(), 2u);
  EXPECT_EQ(frame[0].object, 1);
  EXPECT_EQ(frame[0].pts, 412);
  EXPECT_EQ(frame[0].state, TrackState::kTracked);
  EXPECT_DOUBLE_EQ(frame[0].confidence, 0.75);
  EXPECT_EQ(frame[0].mask, BoxAt(3));
  EXPECT_EQ(frame[1].object, 7);
  EXPECT_EQ(frame[1].state, TrackState::kHeld);
  EXPECT_EQ(frame[1].mask, BoxAt(9));
  ASSERT_EQ(reader.Frame(2).size(), 1u);
  EXPECT_EQ(reader.Frame(2)[0].mask, Mask(kWidth, kHeight));
  EXPECT_TRUE(reader.Frame(3).empty());
  EXPECT_TRUE(reader.Frame(-1).empty());
  EXPECT_TRUE(reader.Frame(4).empty());
}

TEST_F(MaskTrackWriterTest, WritesTheLinesThatTheFormatSays) {
  MaskTrackHeader header;
  header.width = 3;
  header.height = 2;
  header.time_base = {1, 25};
  header.engine = "external";
  header.objects.push_back({1, {{{1.5, 1.25}, true, 0, 1, {}, CandidateScale::kPart}}});
  MaskRecord record;
  record.confidence = 0.5;
  record.mask = Mask(3, 2);
  record.mask.MutableRow(1)[1] = 255;

  MaskTrackWriter writer(path_, header);
  writer.Add(record);
  writer.Finish(2);

  EXPECT_EQ(Text(),
            With(kHeader, "\"points\":[]",
                 R"("points":[{"x":1.5,"y":1.25,"frame":0,"is_object":true,"scale":"part"}])") +
                kRecord + kEnd);
  EXPECT_EQ(MaskTrackReader(path_).header().objects[0].points[0].scale, CandidateScale::kPart);
}

TEST_F(MaskTrackWriterTest, WritesTheSameFileInWhateverOrderRecordsCome) {
  {
    MaskTrackWriter writer(path_, TwoObjects());
    for (int frame = 0; frame < 6; ++frame) {
      writer.Add(Tracked(1, frame, BoxAt(frame)));
      writer.Add(Tracked(7, frame, BoxAt(frame, 5)));
    }
    writer.Finish(6);
  }
  const std::string forwards = Text();
  {
    MaskTrackWriter writer(path_, TwoObjects());
    for (int object : {7, 1}) {
      for (int frame : {3, 4, 5, 2, 1, 0}) {
        writer.Add(Tracked(object, frame, BoxAt(frame, object == 7 ? 5 : 2)));
      }
    }
    writer.Finish(6);
  }

  EXPECT_EQ(Text(), forwards);
}

TEST_F(MaskTrackWriterTest, ReplacesARecordByALaterOne) {
  MaskTrackWriter writer(path_, TwoObjects());
  writer.Add(Tracked(1, 0, BoxAt(1)));
  writer.Add(Tracked(1, 1, BoxAt(2)));
  writer.Add(Tracked(1, 0, BoxAt(8)));
  writer.Finish(2);
  MaskTrackReader reader(path_);

  ASSERT_EQ(reader.summaries().size(), 2u);
  ASSERT_EQ(reader.Frame(0).size(), 1u);
  EXPECT_EQ(reader.Frame(0)[0].mask, BoxAt(8));
  EXPECT_EQ(reader.Frame(1)[0].mask, BoxAt(2));
}

TEST_F(MaskTrackWriterTest, LeavesNothingBehindWithoutFinish) {
  {
    MaskTrackWriter writer(path_, TwoObjects());
    writer.Add(Tracked(1, 0, BoxAt(1)));
    ASSERT_EQ(FilesInFolder(), 1);
    const std::string name = fs::directory_iterator(folder_)->path().filename().string();
    EXPECT_EQ(name.substr(0, 13), ".masks.jsonl.");
    EXPECT_EQ(name.substr(name.size() - 5), ".part");
  }

  EXPECT_EQ(FilesInFolder(), 0);
}

TEST_F(MaskTrackWriterTest, LeavesOnlyTheFinishedFileAndReplacesAnOldOne) {
  Write("old");

  MaskTrackWriter writer(path_, TwoObjects());
  EXPECT_EQ(Text(), "old");
  writer.Finish(0);

  EXPECT_EQ(FilesInFolder(), 1);
  EXPECT_EQ(MaskTrackReader(path_).frames(), 0);
}

TEST_F(MaskTrackWriterTest, RefusesAPlaceThatCannotBeWritten) {
  for (const fs::path& path :
       {folder_ / "missing" / "masks.jsonl", folder_, fs::path("/proc/masks.jsonl"), fs::path()}) {
    try {
      MaskTrackWriter writer(path, TwoObjects());
      ADD_FAILURE() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kInvalidArgument) << path;
      EXPECT_NE(error.public_text().find("cannot be created"), std::string::npos);
    }
  }
}

TEST_F(MaskTrackWriterTest, RefusesRecordsThatWouldNotBeRead) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  MaskTrackWriter writer(path_, TwoObjects());
  MaskRecord unsure = Tracked(1, 0, BoxAt(1));
  unsure.confidence = nan;
  MaskRecord absent = Tracked(1, 0, BoxAt(1));
  absent.state = TrackState::kAbsent;

  EXPECT_THROW(writer.Add(unsure), Error);
  EXPECT_THROW(writer.Add(absent), Error);
  EXPECT_THROW(writer.Add(Tracked(2, 0, BoxAt(1))), Error);
  EXPECT_THROW(writer.Add(Tracked(1, -1, BoxAt(1))), Error);
  EXPECT_THROW(writer.Add(Tracked(1, 0, Mask(kHeight, kWidth))), Error);
  writer.Add(Tracked(1, 3, BoxAt(1)));
  EXPECT_THROW(writer.Finish(3), Error);
  writer.Finish(4);
  EXPECT_THROW(writer.Finish(4), Error);
  EXPECT_THROW(writer.Add(Tracked(1, 0, BoxAt(1))), Error);
}

// A limit on the size of files stands in for a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int) = nullptr;
};

TEST_F(MaskTrackWriterTest, SaysThatTheDiskIsFullAndLeavesNothing) {
  Code code = Code::kInternal;
  {
    MaskTrackWriter writer(path_, TwoObjects());
    const FullDisk full(4096);
    try {
      for (int frame = 0; frame < 1000; ++frame) writer.Add(Tracked(1, frame, BoxAt(frame % 9)));
      writer.Finish(1000);
    } catch (const Error& error) {
      code = error.code();
      EXPECT_NE(error.public_text().find("disk is full"), std::string::npos);
    }
  }

  EXPECT_EQ(code, Code::kStorageFull);
  EXPECT_EQ(FilesInFolder(), 0);
}

TEST_F(MaskTrackReaderTest, ListsSummariesByFrameThenObjectWhateverTheOrderOfLines) {
  std::string header =
      With(kHeader, R"({"id":1,"points":[]})", R"({"id":1,"points":[]},{"id":4,"points":[]})");
  const std::string other = With(kRecord, "\"object\":1", "\"object\":4");
  const std::string later = With(kRecord, "\"frame\":0", "\"frame\":1");
  Write(header + later + other + kRecord + kEnd);

  MaskTrackReader reader(path_);

  ASSERT_EQ(reader.summaries().size(), 3u);
  EXPECT_EQ(reader.summaries()[0].object, 1);
  EXPECT_EQ(reader.summaries()[0].frame, 0);
  EXPECT_EQ(reader.summaries()[0].box, (Rect{1, 1, 1, 1}));
  EXPECT_EQ(reader.summaries()[1].object, 4);
  EXPECT_EQ(reader.summaries()[2].frame, 1);
  EXPECT_EQ(reader.Frame(0).size(), 2u);
  EXPECT_TRUE(reader.Frame(1)[0].mask.At(1, 1));
}

TEST_F(MaskTrackReaderTest, TakesWhatOtherToolsWrite) {
  EXPECT_EQ(ErrorOf(kHeader + kRecord + kEnd), "");
  EXPECT_EQ(ErrorOf(kHeader + kRecord + "{\"end\":true,\"frames\":2}"), "");  // No last line feed.
  EXPECT_EQ(ErrorOf(kHeader + With(kRecord, "[1,1,1,1]", "[1.0,1.0,1.0,1.0]") + kEnd), "");
  EXPECT_EQ(
      ErrorOf(kHeader + With(kRecord, "\"object\"", "\"note\":{\"a\":[1]}, \"object\"") + kEnd),
      "");
}

TEST_F(MaskTrackReaderTest, ReadsLinesThatEndAsOnWindows) {
  const auto with_returns = [](const std::string& line) { return With(line, "\n", "\r\n"); };
  Write(with_returns(kHeader) + with_returns(kRecord) + with_returns(kEnd));

  MaskTrackReader reader(path_);

  ASSERT_EQ(reader.Frame(0).size(), 1u);
  EXPECT_EQ(reader.Frame(0)[0].mask.Area(), 1);
}

TEST_F(MaskTrackReaderTest, RefusesAFileThatIsNotThere) {
  EXPECT_THROW(MaskTrackReader(folder_ / "other.jsonl"), Error);
  EXPECT_THROW(MaskTrackReader reader(folder_), Error);
  EXPECT_THROW(MaskTrackReader("/dev/zero"), Error);
}

TEST_F(MaskTrackReaderTest, RefusesABadHeaderAndNamesItsLine) {
  EXPECT_NE(ErrorOf("").find("line 1"), std::string::npos);
  const std::vector<std::string> bad = {
      "\n",
      "\r\n",
      "null\n",
      "[]\n",
      "\"tapmask-masks\"\n",
      "\xff\xfe\n",
      std::string(1, '\0'),
      kHeader.substr(0, 40) + "\n",
      kRecord,
      kEnd,
      With(kHeader, "tapmask-masks", "other"),
      With(kHeader, "\"tapmask-masks\"", "1"),
      With(kHeader, "\"version\":1", "\"version\":2"),
      With(kHeader, "\"version\":1", "\"version\":\"1\""),
      With(kHeader, "\"width\":3,", ""),
      With(kHeader, "\"width\":3", "\"width\":-3"),
      With(kHeader, "\"width\":3", "\"width\":0"),
      With(kHeader, "\"width\":3", "\"width\":3.5"),
      With(kHeader, "\"width\":3", "\"width\":99999999999999999999999"),
      With(kHeader, "\"width\":3", "\"width\":1e300"),
      With(kHeader, "\"width\":3", "\"width\":1e999"),
      With(kHeader, "\"width\":3", "\"width\":NaN"),
      With(With(kHeader, "\"width\":3", "\"width\":16000"), "\"height\":2", "\"height\":16000"),
      With(kHeader, "[1,25]", "[1,0]"),
      With(kHeader, "[1,25]", "[1]"),
      With(kHeader, "[1,25]", "25"),
      With(kHeader, "\"sample_aspect\":[1,1]", "\"sample_aspect\":[-1,1]"),
      With(kHeader, "\"external\"", "[]"),
      With(kHeader, "[{\"id\":1,\"points\":[]}]", "{}"),
      With(kHeader, "{\"id\":1,\"points\":[]}", "1"),
      With(kHeader, "\"id\":1", "\"id\":0"),
      With(kHeader, "\"id\":1", "\"id\":4294967297"),
      With(kHeader, "\"points\":[]", "\"points\":[{}]"),
      With(kHeader, "\"points\":[]", R"("points":[{"x":1e300,"y":0,"frame":0,"is_object":true}])"),
      With(kHeader, "\"points\":[]", R"("points":[{"x":1,"y":0,"frame":0,"is_object":1}])"),
      With(kHeader, "\"points\":[]",
           R"("points":[{"x":1,"y":0,"frame":0,"is_object":true,"scale":"all"}])"),
      With(kHeader, "{\"id\":1,\"points\":[]}", R"({"id":1,"points":[]},{"id":1,"points":[]})"),
      std::string(1 << 20, '[') + "\n",
      "[" + std::string(4 << 20, ',') + "]\n",
      "[0" +
          [] {
            std::string zeros;
            for (int i = 0; i < 1'100'000; ++i) zeros += ",0";
            return zeros;
          }() +
          "]\n",
  };
  for (const std::string& header : bad) {
    EXPECT_EQ(ErrorOf(header + kRecord + kEnd).substr(0, 7), "Line 1 ") << header.substr(0, 200);
  }
}

TEST_F(MaskTrackReaderTest, RefusesABadRecordAndNamesItsLine) {
  const std::vector<std::string> bad = {
      "\n",
      "{}\n",
      "[1,2]\n",
      kRecord.substr(0, kRecord.size() / 2) + "\n",
      With(kRecord, "\"object\":1,", ""),
      With(kRecord, "\"object\":1", "\"object\":2"),
      With(kRecord, "\"object\":1", "\"object\":-1"),
      With(kRecord, "\"object\":1", "\"object\":\"1\""),
      With(kRecord, "\"frame\":0,", ""),
      With(kRecord, "\"frame\":0", "\"frame\":-1"),
      With(kRecord, "\"frame\":0", "\"frame\":0.5"),
      With(kRecord, "\"frame\":0", "\"frame\":2"),  // Beyond the end line.
      With(kRecord, "\"frame\":0", "\"frame\":9223372036854775808"),
      With(kRecord, "\"frame\":0", "\"frame\":true"),
      With(kRecord, "\"pts\":0,", ""),
      With(kRecord, "\"pts\":0", "\"pts\":18446744073709551615"),
      With(kRecord, "\"pts\":0", "\"pts\":null"),
      With(kRecord, "\"tracked\"", "\"gone\""),
      With(kRecord, "\"tracked\"", "\"TRACKED\""),
      With(kRecord, "\"tracked\"", "3"),
      With(kRecord, "\"tracked\"", "\"absent\""),  // With a mask.
      With(kRecord, "0.5", "1.5"),
      With(kRecord, "0.5", "-0.1"),
      With(kRecord, "0.5", "NaN"),
      With(kRecord, "0.5", "1e999"),
      With(kRecord, "0.5", "\"0.5\""),
      With(kRecord, "\"confidence\":0.5,", ""),
      With(kRecord, "[1,1,1,1]", "[1,1,1]"),
      With(kRecord, "[1,1,1,1]", "[-1,1,1,1]"),
      With(kRecord, "[1,1,1,1]", "[0,0,0,0]"),
      With(kRecord, "[1,1,1,1]", "[1,1,1,1e40]"),
      With(kRecord, "\"bbox\":[1,1,1,1],", ""),
      With(kRecord, "\"rle\":", "\"mask\":"),
      With(kRecord, "{\"size\":[2,3],\"counts\":\"312\"}", "\"312\""),
      With(kRecord, "[2,3]", "[3,2]"),
      With(kRecord, "[2,3]", "[-2,-3]"),
      With(kRecord, "[2,3]", "2"),
      With(kRecord, "\"312\"", "[3,1,2]"),
      With(kRecord, "\"312\"", "\"313\""),
      With(kRecord, "\"312\"", "\"311\""),
      With(kRecord, "\"312\"", "\"\""),
      With(kRecord, "\"312\"", "\"\xff\xff\""),
      With(kRecord, "\"312\"", "\"oooooooooooooooooo\""),
      With(kRecord, ",\"counts\":\"312\"", ""),
  };
  for (const std::string& record : bad) {
    const std::string good = With(kRecord, "\"frame\":0", "\"frame\":1");
    EXPECT_EQ(ErrorOf(kHeader + good + record + kEnd).substr(0, 7), "Line 3 ") << record;
  }
}

TEST_F(MaskTrackReaderTest, RefusesAnEndThatIsMissingOrBad) {
  EXPECT_EQ(ErrorOf(kHeader).substr(0, 7), "Line 2 ");
  EXPECT_EQ(ErrorOf(kHeader + kRecord).substr(0, 7), "Line 3 ");
  for (const std::string& end :
       {std::string("{\"end\":true}\n"), std::string("{\"end\":false,\"frames\":2}\n"),
        std::string("{\"end\":1,\"frames\":2}\n"), std::string("{\"end\":true,\"frames\":-2}\n"),
        std::string("{\"end\":true,\"frames\":1e30}\n"), kEnd.substr(0, 12)}) {
    EXPECT_EQ(ErrorOf(kHeader + kRecord + end).substr(0, 7), "Line 3 ") << end;
  }
  EXPECT_EQ(ErrorOf(kHeader + kEnd + kRecord).substr(0, 7), "Line 3 ");
  EXPECT_EQ(ErrorOf(kHeader + kRecord + kEnd + kEnd).substr(0, 7), "Line 4 ");
}

TEST_F(MaskTrackReaderTest, RefusesEveryFileThatIsCutOff) {
  const std::string whole = kHeader + kRecord + kEnd;
  for (size_t length = 0; length + 1 < whole.size(); ++length) {
    EXPECT_NE(ErrorOf(whole.substr(0, length)), "") << length;
  }
}

TEST_F(MaskTrackReaderTest, RefusesASecondRecordOfOneObjectAndFrame) {
  EXPECT_EQ(
      ErrorOf(kHeader + kRecord + With(kRecord, "\"frame\":0", "\"frame\":1") + kRecord + kEnd),
      "Line 4 of the mask file repeats the object and frame of line 2; write the file again.");
}

TEST_F(MaskTrackReaderTest, RefusesALineThatIsTooLong) {
  {
    std::ofstream out(path_, std::ios::binary);
    out << kHeader << R"({"object":1,"junk":")";
    const std::string block(1 << 20, 'a');
    for (int i = 0; i < 100; ++i) out << block;
    out << "\"}\n" << kEnd;
  }

  try {
    MaskTrackReader reader(path_);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.public_text(),
              "Line 2 of the mask file is longer than 64 MiB; write the file again.");
  }
}

TEST_F(MaskTrackReaderTest, DoesNotTakeMemoryForRunsThatAreEmpty) {
  const std::string counts(8 << 20, '0');

  EXPECT_EQ(ErrorOf(kHeader + With(kRecord, "312", counts) + kEnd).substr(0, 7), "Line 2 ");
}

TEST_F(MaskTrackReaderTest, NoticesThatTheFileWasChanged) {
  Write(kHeader + kRecord + kEnd);
  MaskTrackReader reader(path_);

  Write(kHeader + With(With(kRecord, "312", "213"), "[1,1,1,1]", "[1,0,1,1]") + kEnd);
  EXPECT_THROW(reader.Frame(0), Error);
  Write("");
  EXPECT_THROW(reader.Frame(0), Error);
}

// A cheap fuzzer with a fixed seed: whatever a byte is changed to, the answer is a track or one
// clear sentence.
TEST_F(MaskTrackReaderTest, SurvivesAnyChangedByte) {
  const std::string whole = kHeader + kRecord + kEnd;
  for (size_t at = 0; at < whole.size(); at += 3) {
    for (char byte : {'\0', '"', '9', '[', '\xe2'}) {
      std::string text = whole;
      text[at] = byte;
      Write(text);
      try {
        MaskTrackReader reader(path_);
        for (int64_t frame = 0; frame < 3; ++frame) reader.Frame(frame);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::kInvalidArgument);
      }
    }
  }
}

}  // namespace
}  // namespace tapmask
