// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/output_writer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/picture.h"
#include "tapmask/media/sha256.h"
#include "tapmask/media/test_clips.h"
#include "tapmask/media/video_reader.h"

namespace tapmask {
namespace {

using Model = PixelFormat::Model;

// Reads and writes without touching a sample; returns the checks.
std::vector<Invariant> Copy(const std::string& input, const std::string& output,
                            const WriteOptions& options, Notices& notices, bool commit = true) {
  VideoReader reader(input, {});
  const auto writer = OpenOutput(output, input, {}, options, reader.info(), notices);
  while (const auto frame = reader.Next()) writer->Write(*frame);
  writer->Finish();
  std::vector<Invariant> checks = writer->Check();
  if (commit) writer->Commit();
  return checks;
}

void ExpectAllHeld(const std::vector<Invariant>& checks) {
  EXPECT_GT(checks.size(), 10u);
  for (const Invariant& check : checks) EXPECT_TRUE(check.held) << check.name << check.detail;
}

TEST(OutputWriter, KeepsEverySampleWhenLossless) {
  const TestFolder folder;
  WriteOptions lossless;
  lossless.codec = OutputCodec::kLossless;
  for (const PixelFormat& format :
       {PixelFormat{Model::kYuv, 8, 1, 1}, PixelFormat{Model::kYuv, 10, 1, 1},
        PixelFormat{Model::kYuv, 10, 1, 0}, PixelFormat{Model::kYuv, 12, 1, 1},
        PixelFormat{Model::kYuv, 12, 1, 0}, PixelFormat{Model::kYuv, 12, 0, 0},
        PixelFormat{Model::kRgb, 8, 0, 0}}) {
    const std::string in = (folder / "in.mkv").string(), out = (folder / "out.mp4").string();
    WriteTestClip(in, 12, format);
    Notices notices;

    ExpectAllHeld(Copy(in, out, lossless, notices));

    VideoReader reader(out, {});
    for (int i = 0; i < 12; ++i) {
      const auto frame = reader.Next();
      ASSERT_TRUE(frame);
      EXPECT_TRUE(SameSamples(*frame, TestFrame(i, format, 96, 64)))
          << i << " " << format.bits << " bits";
    }
  }
}

TEST(OutputWriter, WritesEveryContainer) {
  const TestFolder folder;
  WriteTestClip(folder / "in.mp4", 10);
  for (const char* name : {"out.mp4", "out.mov", "out.mkv"}) {
    Notices notices;
    ExpectAllHeld(Copy((folder / "in.mp4").string(), (folder / name).string(), {}, notices));
  }
}

TEST(OutputWriter, LeavesNothingBehindWithoutCommit) {
  const TestFolder folder;
  WriteTestClip(folder / "in.mp4", 5);
  Notices notices;

  Copy((folder / "in.mp4").string(), (folder / "out.mp4").string(), {}, notices, false);

  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    ++files;
  }
  EXPECT_EQ(files, 1);
}

// The encoder once looked at memory that it had never set.
TEST(OutputWriter, WritesTheSameBytesWhateverMemoryHeldBefore) {
  const TestFolder folder;
  WriteTestClip(folder / "in.mp4", 20);
  Notices notices;
  Copy((folder / "in.mp4").string(), (folder / "first.mp4").string(), {}, notices);
  const std::string first = Sha256OfFile(folder / "first.mp4");

  for (int round = 0; round < 10; ++round) {
    { const std::vector<std::string> litter(200, std::string(5000 + 997 * round, 'x')); }
    Copy((folder / "in.mp4").string(), (folder / "again.mp4").string(), {}, notices);
    ASSERT_EQ(Sha256OfFile(folder / "again.mp4"), first);
  }
}

TEST(OutputWriter, WidensOddSidesByRepeatingTheEdge) {
  const TestFolder folder;
  const PixelFormat format{Model::kYuv, 8, 0, 0};
  const std::string in = (folder / "in.mkv").string(), out = (folder / "out.mp4").string();
  WriteTestClip(in, 4, format, 95, 63);
  WriteOptions options;
  options.crf = 0;
  Notices notices;

  ExpectAllHeld(Copy(in, out, options, notices));

  VideoReader reader(out, {});
  EXPECT_EQ(reader.info().geometry.coded, (Size{96, 64}));
  const Frame frame = *reader.Next();
  EXPECT_NEAR(frame.Row<uint8_t>(0, 30)[95], TestFrame(0, format, 95, 63).Row<uint8_t>(0, 30)[94],
              3);
  EXPECT_EQ(notices.changed.size(), 2u);  // The size and 4:4:4.
}

TEST(OutputWriter, RefusesAFolderThatIsNotThere) {
  const TestFolder folder;
  WriteTestClip(folder / "in.mp4", 2);
  Notices notices;

  EXPECT_THROW(Copy((folder / "in.mp4").string(), (folder / "no/out.mp4").string(), {}, notices),
               Error);
}

// After all the tracking the encoder said "Invalid argument".
TEST(CheckCanWrite, RefusesWhatNoEncoderTakes) {
  VideoInfo source;
  source.geometry.coded = {96, 64};
  source.format = {Model::kYuv, 9, 1, 1};
  WriteOptions lossless;
  lossless.codec = OutputCodec::kLossless;
  const auto refusal = [&](const WriteOptions& options) -> std::string {
    try {
      CheckCanWrite("out.mp4", options, source);
    } catch (const Error& error) {
      return error.public_text();
    }
    return "";
  };

  EXPECT_EQ(refusal({}), "");
  EXPECT_NE(refusal(lossless), "");
  source.format.bits = 12;
  EXPECT_EQ(refusal(lossless), "");
  source.geometry.coded = {8, 8};  // x265 wants 16 x 16 and more.
  EXPECT_EQ(refusal(lossless),
            "This FFmpeg's libx265 cannot code 8x8 pixels as yuv420p12le; choose another --codec.");
}

TEST(OutputWriter, WritesPicturesThatReadBackEqual) {
  const TestFolder folder;
  const PixelFormat rgb{Model::kRgb, 8, 0, 0};
  WriteTestClip(folder / "in.mkv", 3, rgb);
  Notices notices;

  Copy((folder / "in.mkv").string(), (folder / "%03d.png").string(), {}, notices);

  VideoReader reader((folder / "%03d.png").string(), {});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(SameSamples(*reader.Next(), TestFrame(i, rgb, 96, 64))) << i;
  }
}

TEST(Picture, ReadsBackTheMaskThatWasWritten) {
  const TestFolder folder;
  Mask mask(33, 17);
  FillRect(mask, {5, 6, 7, 8});

  WriteMaskPicture(folder / "mask.png", mask);

  EXPECT_EQ(ReadMaskPicture(folder / "mask.png"), mask);
}

// Old pictures of the pattern would show what the new ones hide.
TEST(OutputWriter, DoesNotMixNewPicturesWithOldOnes) {
  const TestFolder folder;
  WriteTestClip(folder / "in.mp4", 2);
  WriteBytes(folder / "007.png", "old");
  Notices notices;

  EXPECT_THROW(Copy((folder / "in.mp4").string(), (folder / "%03d.png").string(), {}, notices),
               Error);
}

TEST(Picture, RefusesWhatIsNone) {
  const TestFolder folder;
  WriteBytes(folder / "a.png", "no picture");
  WriteBytes(folder / "b.png", "");

  EXPECT_THROW(ReadMaskPicture(folder / "a.png"), Error);
  EXPECT_THROW(ReadMaskPicture(folder / "b.png"), Error);
  EXPECT_THROW(ReadMaskPicture(folder / "c.png"), Error);
}

TEST(Sha256, KnowsTheStandardsExample) {
  Sha256 sha;
  const std::string text = "abc";
  sha.Add(reinterpret_cast<const uint8_t*>(text.data()), text.size());

  // FIPS 180-4, appendix B.1.
  EXPECT_EQ(sha.Hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha.Hex(), sha.Hex());
}

}  // namespace
}  // namespace tapmask
