// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/file_checks.h"

#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

class CheckFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string form = (fs::temp_directory_path() / "tapmask_files_XXXXXX").string();
    ASSERT_NE(mkdtemp(form.data()), nullptr);
    folder = form;
    Touch(folder / "in.mp4");
  }
  void TearDown() override { fs::remove_all(folder); }

  static void Touch(const fs::path& file) { std::ofstream(file) << "x"; }
  std::string At(const std::string& name) const { return (folder / name).string(); }

  // Nothing when the files are fine.
  static std::optional<Code> Verdict(const NamedFiles& files) {
    try {
      CheckFiles(files);
    } catch (const Error& error) {
      EXPECT_TRUE(error.public_text().ends_with(".")) << error.public_text();
      return error.code();
    }
    return std::nullopt;
  }
  std::optional<Code> OutputVerdict(const std::string& output) const {
    return Verdict({.input = At("in.mp4"), .output = output});
  }

  fs::path folder;
};

TEST_F(CheckFilesTest, AcceptsANewOutputBesideTheInput) {
  for (const char* name : {"out.mp4", "out.MP4", "out.mov", "out.mkv", "%05d.png"}) {
    EXPECT_EQ(OutputVerdict(At(name)), std::nullopt) << name;
  }
}

TEST_F(CheckFilesTest, RefusesAnInputThatIsNotThere) {
  EXPECT_EQ(Verdict({.input = At("no.mp4")}), Code::kNotFound);
  EXPECT_EQ(Verdict({.input = ""}), Code::kNotFound);
  EXPECT_EQ(Verdict({.input = "https://example.org/a.mp4"}), Code::kNotFound);
  EXPECT_EQ(Verdict({.input = At("%03d.jpg")}), Code::kNotFound);
}

TEST_F(CheckFilesTest, RefusesAnInputThatIsNoFile) {
  ASSERT_EQ(mkfifo(At("pipe.mp4").c_str(), 0600), 0);

  EXPECT_EQ(Verdict({.input = folder.string()}), Code::kUnsupportedMedia);
  EXPECT_EQ(Verdict({.input = At("pipe.mp4")}), Code::kUnsupportedMedia);
}

TEST_F(CheckFilesTest, RefusesPicturesWithAHoleAsAnInput) {
  Touch(folder / "00.png");
  Touch(folder / "02.png");

  EXPECT_EQ(Verdict({.input = At("%02d.png")}), Code::kUnsupportedMedia);
}

TEST_F(CheckFilesTest, RefusesAnOutputThatIsTheInputByAnyName) {
  fs::create_hard_link(folder / "in.mp4", folder / "hard.mp4");
  fs::create_symlink(folder / "in.mp4", folder / "soft.mp4");
  fs::create_directory(folder / "sub");

  for (const char* name : {"in.mp4", "hard.mp4", "soft.mp4", "sub/../in.mp4"}) {
    EXPECT_EQ(OutputVerdict(At(name)), Code::kInvalidArgument) << name;
  }
}

TEST_F(CheckFilesTest, RefusesAnOutputThatCannotBeWritten) {
  fs::create_directory(folder / "folder.mp4");

  for (const char* name : {"no/such/out.mp4", "out.avi", "out", "folder.mp4", "%05d.jpg", "in.mp4/",
                           "in.mp4/out.mp4"}) {
    EXPECT_EQ(OutputVerdict(At(name)), Code::kInvalidArgument) << name;
  }
}

TEST_F(CheckFilesTest, RefusesPicturesThatWouldOverwriteTheInput) {
  Touch(folder / "00.png");
  Touch(folder / "01.png");

  EXPECT_EQ(Verdict({.input = At("%02d.png"), .output = At("%05d.png")}), Code::kInvalidArgument);
  EXPECT_EQ(Verdict({.input = At("%02d.png"), .masks_out = folder}), Code::kInvalidArgument);
  EXPECT_EQ(Verdict({.input = At("%02d.png"), .output = At("hidden%02d.png")}), std::nullopt);
}

TEST_F(CheckFilesTest, RefusesPicturesAmongMasks) {
  fs::create_directory(folder / "masks");
  const std::string output = At("masks/%05d.png");

  EXPECT_EQ(Verdict({.input = At("in.mp4"), .output = output, .masks = folder / "masks"}),
            Code::kInvalidArgument);
  EXPECT_EQ(Verdict({.input = At("in.mp4"), .output = output, .masks_out = folder / "masks"}),
            Code::kInvalidArgument);
}

TEST_F(CheckFilesTest, AcceptsMasksInANewFolderOnly) {
  EXPECT_EQ(Verdict({.input = At("in.mp4"), .masks_out = folder / "new/deep"}), std::nullopt);
  EXPECT_EQ(Verdict({.input = At("in.mp4"), .masks_out = folder / "in.mp4"}),
            Code::kInvalidArgument);
  EXPECT_EQ(Verdict({.input = At("in.mp4"), .masks_out = folder / "in.mp4/deep"}),
            Code::kInvalidArgument);
}

TEST_F(CheckFilesTest, RefusesMasksToReadThatAreNotThere) {
  EXPECT_EQ(Verdict({.input = At("in.mp4"), .masks = folder / "no"}), Code::kNotFound);
  EXPECT_EQ(Verdict({.input = At("in.mp4"), .masks = folder}), std::nullopt);
}

TEST_F(CheckFilesTest, RefusesAReportOverAnotherFile) {
  const NamedFiles files{.input = At("in.mp4"), .output = At("out.mp4")};
  NamedFiles report = files;
  for (const char* name : {"in.mp4", "out.mp4", "no/report.json"}) {
    report.report = folder / name;
    EXPECT_EQ(Verdict(report), Code::kInvalidArgument) << name;
  }
  report.report = folder / "report.json";
  EXPECT_EQ(Verdict(report), std::nullopt);
}

// Each of these once overwrote one output, or an input, with another.
TEST_F(CheckFilesTest, RefusesOutputsThatAreInEachOthersWay) {
  fs::create_directory(folder / "w");
  const fs::path w = folder / "w";
  const std::string in = At("in.mp4"), out = At("out.mp4");

  for (const char* name : {"masks.jsonl", "00000.png", "7.png"}) {
    EXPECT_EQ(Verdict({.input = in, .output = out, .masks_out = w, .report = w / name}),
              Code::kInvalidArgument)
        << name;
    EXPECT_EQ(Verdict({.input = in, .output = out, .masks = w, .report = w / name}),
              Code::kInvalidArgument)
        << name;
  }
  EXPECT_EQ(Verdict({.input = in, .output = out, .masks_out = w, .report = w / "report.json"}),
            std::nullopt);
  for (const char* name : {"new", "new/deep"}) {
    EXPECT_EQ(Verdict({.input = in, .masks_out = folder / name, .report = folder / "new"}),
              Code::kInvalidArgument);
  }
  EXPECT_EQ(Verdict({.input = in, .output = out, .masks_out = out}), Code::kInvalidArgument);
  EXPECT_EQ(Verdict({.input = in, .output = At("w/%05d.png"), .report = w / "00012.png"}),
            Code::kInvalidArgument);
  Touch(folder / "masks.mp4");
  EXPECT_EQ(Verdict({.input = in, .output = At("masks.mp4"), .masks = folder / "masks.mp4"}),
            Code::kInvalidArgument);
}

TEST_F(CheckFilesTest, RefusesAPictureOfTheInputAsAnOutput) {
  Touch(folder / "f10.png");
  Touch(folder / "f11.png");

  EXPECT_EQ(Verdict({.input = At("f%d.png"), .report = folder / "f11.png"}),
            Code::kInvalidArgument);
  EXPECT_EQ(Verdict({.input = At("f%d.png"), .output = At("f1%d.png")}), Code::kInvalidArgument);
  EXPECT_EQ(Verdict({.input = At("f%d.png"), .output = At("g%d.png")}), std::nullopt);
}

// Pictures of a longer run before stayed among the new ones.
TEST_F(CheckFilesTest, RefusesPlacesThatHoldPicturesOrMasksAlready) {
  for (const char* name : {"masks.jsonl", "00100.png"}) {
    fs::remove_all(folder / "old");
    fs::create_directory(folder / "old");
    Touch(folder / "old/notes.txt");
    EXPECT_EQ(Verdict({.input = At("in.mp4"), .masks_out = folder / "old"}), std::nullopt);
    Touch(folder / "old" / name);
    EXPECT_EQ(Verdict({.input = At("in.mp4"), .masks_out = folder / "old"}), Code::kInvalidArgument)
        << name;
  }
  EXPECT_EQ(OutputVerdict(At("old/%05d.png")), Code::kInvalidArgument);
}

TEST_F(CheckFilesTest, LooksAtNothingButWhatIsNamed) {
  EXPECT_EQ(Verdict({.input = At("in.mp4")}), std::nullopt);
}

TEST_F(CheckFilesTest, WritesATextWholeAndLeavesNothingBeside) {
  WriteTextFile(folder / "report.json", "{}\n");

  std::ifstream file(folder / "report.json");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "{}\n");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 2);  // It, and in.mp4.
}

TEST_F(CheckFilesTest, LeavesNothingWhereATextCannotBeWritten) {
  fs::create_directory(folder / "report.json");

  EXPECT_THROW(WriteTextFile(folder / "report.json", "{}\n"), Error);

  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 2);
}

}  // namespace
}  // namespace tapmask
