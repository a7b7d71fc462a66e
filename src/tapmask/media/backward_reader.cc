// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/backward_reader.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "tapmask/media/analysis_scaler.h"
#include "tapmask/media/decoder.h"
#include "tapmask/media/image_spill.h"
#include "tapmask/media/pixel_format.h"

namespace tapmask {
namespace {

// Seeking costs more than decoding a few frames twice.
constexpr int64_t kFewestFramesOfAChunk = 16;

}  // namespace

class BackwardReader::Impl {
 public:
  Impl(const InputName& input, Options options, const FrameTimes& times)
      : input_(input),
        options_(std::move(options)),
        times_(times),
        rising_(std::is_sorted(times.file_pts.begin(), times.file_pts.end(),
                               [](int64_t a, int64_t b) { return a <= b; })),
        next_(options_.end) {}

  std::optional<Item> Next() {
    if (next_ <= options_.begin) return std::nullopt;
    if (recent_.empty() && (!spill_ || spill_->Empty())) LoadChunk();
    --next_;
    Item item{next_, times_.pts[static_cast<size_t>(next_)], {}};
    if (!recent_.empty()) {
      item.image = std::move(recent_.back());
      recent_.pop_back();
    } else {
      item.image = spill_->Pop();
    }
    return item;
  }

 private:
  // Fills the store with the frames [begin, next_) of one chunk.
  void LoadChunk() {
    int64_t begin = std::max(options_.begin, next_ - kFewestFramesOfAChunk);
    while (begin > 0 && !times_.key[static_cast<size_t>(begin)]) --begin;
    // Twice as far back each time the file does not give what the forward pass saw.
    for (int attempt = 0; rising_ && begin > 0 && attempt < 3; ++attempt) {
      if (Load(begin, true)) return;
      begin = std::max<int64_t>(0, begin - (next_ - begin));
      while (begin > 0 && !times_.key[static_cast<size_t>(begin)]) --begin;
    }
    if (!Load(0, false)) {
      throw Error(
          Code::kUnsupportedMedia,
          "Frames of this video cannot be decoded a second time; convert it to H.264 first.");
    }
  }

  bool Load(int64_t begin, bool seek) {
    recent_.clear();
    spill_.reset();
    if (!decoder_ || !seek) {
      decoder_ = std::make_unique<Decoder>(input_, options_.read);
      scaler_.reset();
    }
    if (seek && !decoder_->Seek(times_.file_pts[static_cast<size_t>(begin)])) {
      decoder_.reset();
      return false;
    }
    // What lies before the span need not be kept.
    const int64_t keep_from = std::max(begin, options_.begin);
    int64_t wanted = seek ? keep_from : 0;
    while (wanted < next_) {
      const ffmpeg::FramePtr raw = decoder_->Next();
      if (!raw) return false;
      if (seek) {
        const int64_t expected = times_.file_pts[static_cast<size_t>(wanted)];
        if (raw->pts == AV_NOPTS_VALUE || raw->pts > expected) return false;
        if (raw->pts < expected) continue;
      }
      if (wanted >= keep_from) Keep(WrapFrame(*raw));
      ++wanted;
    }
    return true;
  }

  void Keep(const Frame& frame) {
    if (!scaler_) {
      scaler_ = std::make_unique<AnalysisScaler>(decoder_->info().geometry, decoder_->info().color);
    }
    recent_.push_back(scaler_->Scale(frame));
    const int64_t bytes = int64_t{3} * recent_.back().width() * recent_.back().height();
    while (bytes * static_cast<int64_t>(recent_.size()) > options_.memory_bytes &&
           recent_.size() > 1) {
      if (!spill_) spill_ = std::make_unique<ImageSpill>(options_.scratch_folder);
      spill_->Push(recent_.front());
      recent_.pop_front();
    }
  }

  const InputName input_;
  const Options options_;
  const FrameTimes times_;
  const bool rising_;  // Strictly: a time tells the frame.
  int64_t next_;       // One past the frame that comes next.
  std::unique_ptr<Decoder> decoder_;
  std::unique_ptr<AnalysisScaler> scaler_;
  std::unique_ptr<ImageSpill> spill_;  // The earlier frames of the chunk.
  std::deque<BgrImage> recent_;        // The later ones.
};

BackwardReader::BackwardReader(const InputName& input, Options options, const FrameTimes& times)
    : impl_(std::make_unique<Impl>(input, std::move(options), times)) {}
BackwardReader::~BackwardReader() = default;
std::optional<BackwardReader::Item> BackwardReader::Next() {
  return impl_->Next();
}

}  // namespace tapmask
