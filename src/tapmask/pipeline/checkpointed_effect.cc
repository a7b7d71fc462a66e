// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/checkpointed_effect.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <exception>
#include <fstream>
#include <map>
#include <optional>
#include <utility>
#include <vector>
#include <zlib.h>

#include "tapmask/core/error.h"
#include "tapmask/pipeline/frame_patch.h"
#include "tapmask/track/part_file.h"

namespace tapmask {
namespace {

constexpr uint64_t kMostBytesOfFrame = uint64_t{1} << 30;

// Tells a frame's samples from others.
uint32_t ChecksumOf(const Frame& frame) {
  uLong sum = crc32(0, nullptr, 0);
  for (int p = 0; p < frame.format().planes(); ++p) {
    const auto bytes = static_cast<uInt>(frame.PlaneWidth(p) * frame.format().bytes_per_sample());
    for (int y = 0; y < frame.PlaneHeight(p); ++y) {
      sum = crc32(sum, frame.Row<uint8_t>(p, y), bytes);
    }
  }
  return static_cast<uint32_t>(sum);
}

// A frame that was done, as it is kept.
struct KeptFrame {
  uint32_t original = 0;  // The checksum of the frame that was pushed.
  RenderedFrame rendered;
  std::string patch;
  void Archive(StateArchive& archive) { archive(original, rendered, patch); }
};

// Reads the frames of all parts, one after the other.
class PatchReader {
 public:
  explicit PatchReader(const CheckpointFolder& folder) : folder_(folder) {}

  KeptFrame Next() {
    uint64_t size = 0;
    while (!file_.read(reinterpret_cast<char*>(&size), sizeof size)) {
      if (part_ == folder_.parts()) throw ResumeFailed("frames are missing");
      file_ = std::ifstream(folder_.Part(++part_), std::ios::binary);
    }
    std::string bytes(std::min(size, kMostBytesOfFrame), '\0');
    if (!file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
      throw ResumeFailed("a frame is not whole");
    }
    StateArchive archive(std::move(bytes));
    KeptFrame kept;
    archive(kept);
    return kept;
  }

 private:
  const CheckpointFolder& folder_;
  std::ifstream file_;
  int64_t part_ = 0;
};

class CheckpointedEffect final : public FrameEffect {
 public:
  CheckpointedEffect(std::unique_ptr<FrameEffect> effect, const CheckpointOptions& options,
                     const std::string& job)
      : effect_(std::move(effect)), folder_(options, "frames", job), reader_(folder_) {
    state_ = folder_.Latest();
    if (state_) (*state_)(at_);
  }

  void Push(Frame frame, const Mask& cover, bool in_span, RenderedFrame rendered) override {
    if (state_) {
      try {
        PushAgain(frame);
      } catch (const std::exception& error) {
        throw ResumeFailed(error.what());
      }
      return;
    }
    ++at_.pushed;
    inside_.push_back({frame, Keeps() ? ChecksumOf(frame) : 0});
    effect_->Push(std::move(frame), cover, in_span, std::move(rendered));
  }

  void Finish() override {
    if (state_) throw ResumeFailed("the video is shorter");
    finished_ = true;
    effect_->Finish();
  }

  std::optional<Done> Pop() override {
    if (done_before_) return std::exchange(done_before_, std::nullopt);
    if (state_) return std::nullopt;
    std::optional<Done> done = effect_->Pop();
    if (done) {
      Record(*done);
    } else {
      SaveIfDue();
    }
    return done;
  }

  void Archive(StateArchive& archive, const KnownFrames& frames) override {
    effect_->Archive(archive, frames);
  }
  int64_t oldest_frame() const override { return effect_->oldest_frame(); }

 private:
  // A frame that had been pushed when the state was saved.
  void PushAgain(const Frame& frame) {
    const uint32_t checksum = ChecksumOf(frame);
    if (frame.index < at_.done) {
      KeptFrame kept = reader_.Next();
      if (kept.original != checksum) throw ResumeFailed("another frame was decoded");
      done_before_ = {Patched(frame, kept.patch), std::move(kept.rendered)};
      last_done_ = done_before_->frame;
    } else {
      const auto n = static_cast<size_t>(frame.index - at_.done);
      if (at_.inside.at(n) != checksum) throw ResumeFailed("another frame was decoded");
      inside_.push_back({frame, checksum});
    }
    if (frame.index >= at_.oldest_frame) needed_[frame.index] = frame;
    if (frame.index + 1 < at_.pushed) return;

    effect_->Archive(*state_, {[&](int64_t index) { return needed_.at(index); },
                               [&](int64_t) { return last_done_; }});
    if (!state_->AtEnd()) throw ResumeFailed("the state is of another shape");
    state_.reset();
    needed_.clear();
    last_done_ = {};
  }

  void Record(const Done& done) {
    const Inside original = std::move(inside_.front());
    inside_.pop_front();
    ++at_.done;
    if (!Keeps() || finished_) return;  // After the last window nothing is saved.
    Try([&] {
      if (!part_) part_.emplace(folder_.NextPart());
      KeptFrame kept{original.checksum, done.rendered, PatchOf(original.frame, done.frame)};
      StateArchive archive;
      archive(kept);
      const uint64_t size = archive.bytes().size();
      part_->Append({reinterpret_cast<const char*>(&size), sizeof size});
      part_->Append(archive.bytes());
      ++frames_in_part_;
    });
  }

  void SaveIfDue() {
    if (!Keeps() || finished_ || frames_in_part_ < folder_.options().frames) return;
    const bool is_saved = Try([&] {
      part_->MoveTo(folder_.NextPart());
      part_.reset();
      frames_in_part_ = 0;
      at_.oldest_frame = effect_->oldest_frame();
      at_.inside.clear();
      for (const Inside& one : inside_) at_.inside.push_back(one.checksum);
      folder_.Save([&](StateArchive& archive) {
        archive(at_);
        effect_->Archive(archive, {});
      });
    });
    if (is_saved && folder_.options().on_saved) folder_.options().on_saved(folder_.parts());
  }

  bool Keeps() const {
    return folder_.Keeps() && !failed_ && folder_.bytes() < folder_.options().most_bytes;
  }

  // What cannot be written is no reason to stop, but what follows would lack it.
  template <class Write>
  bool Try(const Write& write) {
    try {
      write();
      return true;
    } catch (const Error&) {
      failed_ = true;
      part_.reset();
      return false;
    }
  }

  struct At {
    int64_t done = 0;              // Frames that came out,
    int64_t pushed = 0;            // and went in.
    int64_t oldest_frame = 0;      // That the state needs.
    std::vector<uint32_t> inside;  // The checksums of those that are not out.
    void Archive(StateArchive& archive) { archive(done, pushed, oldest_frame, inside); }
  };
  struct Inside {
    Frame frame;
    uint32_t checksum = 0;
  };

  const std::unique_ptr<FrameEffect> effect_;
  CheckpointFolder folder_;
  At at_;
  std::deque<Inside> inside_;  // As they went in; those that are not out.
  bool finished_ = false;

  // Of the process before, until all that had gone in there is here again.
  std::optional<StateArchive> state_;
  PatchReader reader_;
  std::optional<Done> done_before_;
  Frame last_done_;
  std::map<int64_t, Frame> needed_;

  std::optional<PartFile> part_;
  int64_t frames_in_part_ = 0;
  bool failed_ = false;
};

}  // namespace

std::unique_ptr<FrameEffect> WithCheckpoints(std::unique_ptr<FrameEffect> effect,
                                             const CheckpointOptions& options,
                                             const std::string& job) {
  return std::make_unique<CheckpointedEffect>(std::move(effect), options, job);
}

}  // namespace tapmask
