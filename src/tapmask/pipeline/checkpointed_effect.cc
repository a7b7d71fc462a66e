// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/checkpointed_effect.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/pipeline/frame_patch.h"
#include "tapmask/track/part_file.h"

namespace tapmask {
namespace {

constexpr int64_t kMostBytes = int64_t{4} << 30;

// Reads the frames of all parts, one after the other.
class PatchReader {
 public:
  explicit PatchReader(const CheckpointFolder& folder) : folder_(folder) {}

  FrameEffect::Done Next(const Frame& original) {
    uint64_t size = 0;
    while (!file_.read(reinterpret_cast<char*>(&size), sizeof size)) {
      if (part_ == folder_.parts()) Refuse();
      file_ = std::ifstream(folder_.Part(++part_), std::ios::binary);
    }
    std::string bytes(std::min(size, uint64_t{kMostBytes}), '\0');
    if (!file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) Refuse();
    StateArchive archive(std::move(bytes));
    FrameEffect::Done done;
    std::string patch;
    archive(done.rendered, patch);
    done.frame = Patched(original, patch);
    return done;
  }

 private:
  [[noreturn]] static void Refuse() {
    throw Error(Code::kUnavailable, "What was saved of the work before cannot be read; try again.");
  }

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
      PushAgain(frame);
      return;
    }
    ++at_.pushed;
    inside_.push_back(frame);
    effect_->Push(std::move(frame), cover, in_span, std::move(rendered));
  }

  void Finish() override {
    if (state_) {
      throw Error(Code::kInvalidArgument, "The video is shorter than when its work was begun.");
    }
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
    if (frame.index < at_.done) {
      done_before_ = reader_.Next(frame);
      last_done_ = done_before_->frame;
    } else {
      inside_.push_back(frame);
    }
    if (frame.index >= at_.oldest_frame) needed_[frame.index] = frame;
    if (frame.index + 1 < at_.pushed) return;

    effect_->Archive(*state_, {[&](int64_t index) { return needed_.at(index); },
                               [&](int64_t) { return last_done_; }});
    state_.reset();
    needed_.clear();
    last_done_ = {};
  }

  void Record(const Done& done) {
    const Frame original = std::move(inside_.front());
    inside_.pop_front();
    ++at_.done;
    if (!Keeps()) return;
    Try([&] {
      if (!part_) part_.emplace(folder_.NextPart());
      StateArchive archive;
      RenderedFrame rendered = done.rendered;
      std::string patch = PatchOf(original, done.frame);
      archive(rendered, patch);
      const uint64_t size = archive.bytes().size();
      part_->Append({reinterpret_cast<const char*>(&size), sizeof size});
      part_->Append(archive.bytes());
      ++frames_in_part_;
    });
  }

  void SaveIfDue() {
    if (!Keeps() || finished_ || frames_in_part_ < folder_.options().frames) return;
    Try([&] {
      part_->MoveTo(folder_.NextPart());
      part_.reset();
      frames_in_part_ = 0;
      at_.oldest_frame = effect_->oldest_frame();
      folder_.Save([&](StateArchive& archive) {
        archive(at_);
        effect_->Archive(archive, {});
      });
    });
    if (Keeps() && folder_.options().on_saved) folder_.options().on_saved(folder_.parts());
  }

  bool Keeps() const { return folder_.Keeps() && !failed_ && folder_.bytes() < kMostBytes; }

  // What cannot be written is no reason to stop, but what follows would lack it.
  template <class Write>
  void Try(const Write& write) {
    try {
      write();
    } catch (const Error&) {
      failed_ = true;
      part_.reset();
    }
  }

  struct At {
    int64_t done = 0;          // Frames that came out,
    int64_t pushed = 0;        // and went in.
    int64_t oldest_frame = 0;  // That the state needs.
    void Archive(StateArchive& archive) { archive(done, pushed, oldest_frame); }
  };

  const std::unique_ptr<FrameEffect> effect_;
  CheckpointFolder folder_;
  At at_;
  std::deque<Frame> inside_;  // As they went in; those that are not out.
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
