// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/input_name.h"

#include <cstdlib>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/backward_reader.h"
#include "tapmask/media/input_file.h"
#include "tapmask/media/output_writer.h"
#include "tapmask/media/sha256.h"
#include "tapmask/media/test_clips.h"
#include "tapmask/media/video_reader.h"

namespace tapmask {
namespace {

// A descriptor of a file, opened as the worker does it.
class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path, int flags = O_RDONLY)
      : fd_(open(path.c_str(), flags | O_CLOEXEC)) {}
  ~Descriptor() { close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd() const { return fd_; }
  InputName Input() const { return InputName::OfDescriptor(fd_, "original.mp4"); }

 private:
  const int fd_;
};

std::vector<Frame> AllFrames(const InputName& input) {
  VideoReader reader(input, {});
  std::vector<Frame> frames;
  while (auto frame = reader.Next()) frames.push_back(*std::move(frame));
  return frames;
}

void ExpectSameFrames(const std::vector<Frame>& a, const std::vector<Frame>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(SameSamples(a[i], b[i])) << i;
    EXPECT_EQ(a[i].pts, b[i].pts) << i;
  }
}

// The sentence with which an input is refused; empty when it is taken.
std::string RefusalText(const InputName& input) {
  try {
    AllFrames(input);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kUnsupportedMedia);
    return error.public_text();
  }
  return "";
}

TEST(InputName, GivesTheSameFramesByDescriptorAsByName) {
  const TestFolder folder;
  for (const char* name : {"clip.mp4", "clip.mkv"}) {
    WriteTestClip(folder / name, 30);
    const Descriptor descriptor(folder / name);

    ExpectSameFrames(AllFrames(descriptor.Input()), AllFrames(folder / name));

    EXPECT_EQ(Sha256OfFile(descriptor.Input()), Sha256OfFile(folder / name));
  }
}

TEST(InputName, LeavesTheDescriptorOpenAndItsPositionAlone) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 5);
  const Descriptor descriptor(folder / "clip.mp4");
  ASSERT_EQ(lseek(descriptor.fd(), 7, SEEK_SET), 7);

  for (int i = 0; i < 2; ++i) EXPECT_EQ(AllFrames(descriptor.Input()).size(), 5u);

  EXPECT_EQ(lseek(descriptor.fd(), 0, SEEK_CUR), 7);
}

TEST(InputName, ReadsAFileThatHasNoNameAnyMore) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 5);
  const Descriptor descriptor(folder / "clip.mp4");
  std::filesystem::remove(folder / "clip.mp4");

  EXPECT_EQ(AllFrames(descriptor.Input()).size(), 5u);
}

TEST(InputName, LetsTwoReadersShareADescriptor) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 40);
  const Descriptor descriptor(folder / "clip.mp4");
  const std::vector<Frame> alone = AllFrames(folder / "clip.mp4");

  // In turns, and on two threads at once.
  VideoReader one(descriptor.Input(), {}), two(descriptor.Input(), {});
  for (const Frame& frame : alone) {
    for (VideoReader* reader : {&one, &two}) {
      const auto read = reader->Next();
      ASSERT_TRUE(read);
      EXPECT_TRUE(SameSamples(*read, frame));
    }
  }
  std::vector<Frame> first, second;
  {
    const std::jthread thread([&] { first = AllFrames(descriptor.Input()); });
    second = AllFrames(descriptor.Input());
  }
  ExpectSameFrames(first, alone);
  ExpectSameFrames(second, alone);
}

TEST(InputName, SeeksBehindADescriptor) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 40);
  const Descriptor descriptor(folder / "clip.mp4");
  VideoReader forwards(descriptor.Input(), {});
  while (forwards.Next()) {
  }

  BackwardReader reader(descriptor.Input(),
                        {.read = {}, .begin = 30, .end = 40, .scratch_folder = folder.path()},
                        forwards.times());

  for (int64_t i = 39; i >= 30; --i) {
    const auto item = reader.Next();
    ASSERT_TRUE(item);
    EXPECT_EQ(item->index, i);
  }
}

TEST(InputName, WritesAnOutputFromADescriptor) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 5);
  const Descriptor descriptor(folder / "clip.mp4");
  VideoReader reader(descriptor.Input(), {});
  Notices notices;

  auto writer =
      OpenOutput((folder / "out.mp4").string(), descriptor.Input(), {}, {}, reader.info(), notices);
  while (const auto frame = reader.Next()) writer->Write(*frame);
  writer->Finish();

  for (const Invariant& invariant : writer->Check()) EXPECT_TRUE(invariant.held) << invariant.name;
}

TEST(InputName, WorksAsFarAsACutOffFileDecodes) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 40);
  const std::string bytes = ReadBytes(folder / "clip.mp4");
  WriteBytes(folder / "clip.mp4", bytes.substr(0, bytes.size() * 6 / 10));
  const Descriptor descriptor(folder / "clip.mp4");

  const std::vector<Frame> frames = AllFrames(descriptor.Input());

  EXPECT_GT(frames.size(), 5u);
  EXPECT_LT(frames.size(), 40u);
  ExpectSameFrames(frames, AllFrames(folder / "clip.mp4"));
}

TEST(InputName, RefusesTheSameFilesByDescriptorAsByName) {
  const TestFolder folder;
  WriteBytes(folder / "hls.mp4", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n");
  WriteBytes(folder / "concat.mp4", "ffconcat version 1.0\nfile other.mp4\n");
  WriteBytes(folder / "text.mp4", "Dear editor,\n");
  WriteBytes(folder / "empty.mp4", "");
  WriteBytes(folder / "noise.mp4", std::string(100, '\x01'));
  WriteBytes(folder / "brand.mp4", std::string("\0\0\0\x14", 4) + "ftypisom" + std::string(8, 0));

  for (const char* name :
       {"hls.mp4", "concat.mp4", "text.mp4", "empty.mp4", "noise.mp4", "brand.mp4"}) {
    const Descriptor descriptor(folder / name);
    const std::string refusal = RefusalText(descriptor.Input());
    EXPECT_NE(refusal, "") << name;
    EXPECT_EQ(refusal, RefusalText(folder / name)) << name;
  }
}

TEST(InputName, RefusesADescriptorOfNoFile) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 2);
  int pipe_ends[2] = {};
  ASSERT_EQ(pipe(pipe_ends), 0);
  const Descriptor directory(folder.path(), O_DIRECTORY), zero("/dev/zero"),
      write_only(folder / "clip.mp4", O_WRONLY);
  const auto refusal = [](int fd) {
    return RefusalText(InputName::OfDescriptor(fd, "original.mp4"));
  };

  EXPECT_EQ(refusal(pipe_ends[0]),
            "original.mp4 was handed over as a pipe; hand over an opened file.");
  EXPECT_EQ(refusal(directory.fd()),
            "original.mp4 was handed over as a folder; hand over an opened file.");
  EXPECT_NE(refusal(zero.fd()), "");
  EXPECT_NE(refusal(write_only.fd()), "");
  close(pipe_ends[0]);
  EXPECT_NE(refusal(pipe_ends[0]), "") << "closed";
  EXPECT_NE(refusal(-1), "");
  close(pipe_ends[1]);
}

// Text never becomes a descriptor: a file may be called so.
TEST(InputName, TakesEveryTextForAName) {
  const TestFolder folder;
  WriteTestClip(folder / "other.mp4", 3);
  WriteTestClip(folder / "clip.mp4", 5);
  const Descriptor other(folder / "other.mp4");
  const std::string text = "fd:" + std::to_string(other.fd());
  std::filesystem::rename(folder / "clip.mp4", folder / text);
  const auto before = std::filesystem::current_path();

  std::filesystem::current_path(folder.path());
  const std::vector<Frame> frames = AllFrames(text);
  std::filesystem::remove(folder / text);
  EXPECT_THROW(AllFrames(text), Error);
  EXPECT_THROW(AllFrames("pipe:0"), Error);
  std::filesystem::current_path(before);

  EXPECT_EQ(frames.size(), 5u);
  EXPECT_FALSE(InputName(text).descriptor());
}

// Numbers in the shown name of a descriptor do not make it a picture pattern.
TEST(InputName, TakesADescriptorForAFileWhateverItIsCalled) {
  const TestFolder folder;
  WriteTestClip(folder / "clip.mp4", 5);
  const Descriptor descriptor(folder / "clip.mp4");

  EXPECT_EQ(AllFrames(InputName::OfDescriptor(descriptor.fd(), "%05d.png")).size(), 5u);
}

}  // namespace
}  // namespace tapmask
