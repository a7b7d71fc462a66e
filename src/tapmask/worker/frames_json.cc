// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/frames_json.h"

#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

using Json = nlohmann::json;

constexpr size_t kWriteAtOnceBytes = 1 << 16;
constexpr int64_t kMostTimescale = std::numeric_limits<int32_t>::max();
// Of the text around the runs, and of a run: two numbers of 16 digits at most.
constexpr int64_t kMostBytesAround = 128, kMostBytesARun = 40;

[[noreturn]] void Refuse(const char* why) {
  throw Error(Code::kInternal, "The times of a video's frames are not of their form.", why);
}

std::string RunText(int64_t frames, int64_t ticks) {
  std::string text = "[";
  text += std::to_string(frames);
  text += ',';
  text += std::to_string(ticks);
  text += ']';
  return text;
}

std::string TextBeforeRuns(int64_t frames, int64_t timescale) {
  return "\"frames\":" + std::to_string(frames) + ",\"timescale\":" + std::to_string(timescale) +
         ",\"runs\":[";
}

// Follows the text of one file and writes it again. It must be just what WriteFrameTimes writes,
// but for white space: whatever comes out of turn ends it.
class Copier final : public Json::json_sax_t {
 public:
  Copier(const VideoId& video_id, int64_t frames, BlobWriter& writer)
      : frames_(frames), writer_(writer), text_("{\"videoId\":\"" + video_id.text() + "\",") {}

  bool start_object(std::size_t) override { return Step(At::kBegin, At::kFramesKey); }
  bool key(string_t& name) override {
    if (name == "frames") return Step(At::kFramesKey, At::kFrames);
    if (name == "timescale") return Step(At::kTimescaleKey, At::kTimescale);
    return name == "runs" && Step(At::kRunsKey, At::kRuns);
  }
  bool start_array(std::size_t) override {
    if (at_ == At::kRuns) {
      text_ += TextBeforeRuns(frames_, timescale_);
      return Step(At::kRuns, At::kRun);
    }
    return Step(At::kRun, At::kCount);
  }
  bool number_unsigned(number_unsigned_t number) override {
    if (number > static_cast<uint64_t>(FrameDurations::kMostTicks)) return false;
    return Number(static_cast<int64_t>(number));
  }
  bool end_array() override {
    if (at_ == At::kRunEnd) return Step(At::kRunEnd, At::kRun);
    return frames_left_ == 0 && Step(At::kRun, At::kEnd);
  }
  bool end_object() override {
    text_ += "]}";
    Write();
    return Step(At::kEnd, At::kDone);
  }

  bool null() override { return false; }
  bool boolean(bool) override { return false; }
  bool number_integer(number_integer_t) override { return false; }  // A negative one.
  bool number_float(number_float_t, const string_t&) override { return false; }
  bool string(string_t&) override { return false; }
  bool binary(binary_t&) override { return false; }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    return false;
  }

 private:
  enum class At {
    kBegin,
    kFramesKey,
    kFrames,
    kTimescaleKey,
    kTimescale,
    kRunsKey,
    kRuns,
    kRun,  // Or the end of them.
    kCount,
    kTicks,
    kRunEnd,
    kEnd,
    kDone,
  };

  bool Step(At from, At to) {
    if (at_ != from) return false;
    at_ = to;
    return true;
  }

  bool Number(int64_t number) {
    switch (at_) {
      case At::kFrames: return number == frames_ && Step(At::kFrames, At::kTimescaleKey);
      case At::kTimescale:
        timescale_ = number;
        return number >= 1 && number <= kMostTimescale && Step(At::kTimescale, At::kRunsKey);
      case At::kCount:
        count_ = number;
        return number >= 1 && number <= frames_left_ && Step(At::kCount, At::kTicks);
      case At::kTicks:
        if (number < 1 || number > ticks_left_ / count_) return false;
        ticks_left_ -= number * count_;
        AddRun(number);
        return Step(At::kTicks, At::kRunEnd);
      case At::kBegin:
      case At::kFramesKey:
      case At::kTimescaleKey:
      case At::kRunsKey:
      case At::kRuns:
      case At::kRun:
      case At::kRunEnd:
      case At::kEnd:
      case At::kDone: break;
    }
    return false;
  }

  void AddRun(int64_t ticks) {
    if (frames_left_ != frames_) text_ += ',';
    text_ += RunText(count_, ticks);
    frames_left_ -= count_;
    if (text_.size() >= kWriteAtOnceBytes) Write();
  }

  void Write() {
    writer_.Write(std::as_bytes(std::span(text_)));
    text_.clear();
  }

  const int64_t frames_;
  BlobWriter& writer_;
  std::string text_;  // Not written yet.
  At at_ = At::kBegin;
  int64_t timescale_ = 0;
  int64_t frames_left_ = frames_;
  int64_t ticks_left_ = FrameDurations::kMostTicks;
  int64_t count_ = 0;  // Of the run that is being read.
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// A child may leave a pipe or a link.
std::unique_ptr<std::FILE, CloseFile> OpenPlainFile(const std::filesystem::path& path,
                                                    int64_t most_bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) Refuse("It cannot be opened.");
  std::unique_ptr<std::FILE, CloseFile> file(::fdopen(fd, "rb"));
  if (!file) {
    ::close(fd);
    Refuse("It cannot be opened.");
  }
  struct stat about {};
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) Refuse("It is no regular file.");
  if (about.st_size > most_bytes) Refuse("It is too long.");
  return file;
}

}  // namespace

void WriteFrameTimes(const FrameDurations& durations, int64_t frames,
                     const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << '{' << TextBeforeRuns(frames, durations.timescale);
  bool is_first = true;
  for (const FrameDurations::Run& run : durations.runs) {
    if (!is_first) out << ',';
    is_first = false;
    out << RunText(run.frames, run.ticks);
  }
  out << "]}";
  out.close();
  if (!out) {
    throw Error(Code::kStorageFull, "There is no space left for files; try again later.",
                file.string());
  }
}

void StoreFrameTimes(const std::filesystem::path& file, const VideoId& video_id, int64_t frames,
                     BlobStore& blobs, const BlobKey& key) {
  const auto left = OpenPlainFile(file, kMostBytesAround + kMostBytesARun * frames);
  const std::unique_ptr<BlobWriter> writer = blobs.Create(key);
  Copier copier(video_id, frames, *writer);
  if (!Json::sax_parse(left.get(), &copier)) Refuse("Its text is not what was expected.");
  writer->Commit();
}

}  // namespace tapmask
