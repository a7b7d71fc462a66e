// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/render_pass.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/effect/grow.h"
#include "tapmask/media/sha256.h"
#include "tapmask/media/video_reader.h"
#include "tapmask/pipeline/checkpointed_effect.h"
#include "tapmask/pipeline/cover_plan.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {
namespace {

void CheckTrackFits(const MaskTrackReader& track, const VideoInfo& info) {
  const Size size = info.geometry.MaskSize();
  if (track.header().width != size.width || track.header().height != size.height) {
    throw Error(Code::kInvalidArgument,
                fmt::format("The masks are {}x{} pixels, but the video's upright picture is {}x{}.",
                            track.header().width, track.header().height, size.width, size.height));
  }
}

// A track of other times is a track of another video. Masks from elsewhere may have none.
void CheckTimeFits(const MaskTrackHeader& header, const std::vector<MaskRecord>& records,
                   const Frame& frame, double tick) {
  if (header.engine == "external") return;
  const double seconds = static_cast<double>(frame.pts) * tick;
  for (const MaskRecord& record : records) {
    const double recorded = static_cast<double>(record.pts) * header.time_base.AsDouble();
    if (std::abs(recorded - seconds) > 0.002) {
      throw Error(
          Code::kInvalidArgument,
          fmt::format("The masks are of another video: frame {} is at {:.3f} s there and at "
                      "{:.3f} s here.",
                      frame.index, recorded, seconds));
    }
  }
}

int GrowPx(const EffectOptions& effect, const Size& mask_size) {
  if (effect.grow_px) return *effect.grow_px;
  const int hidden = AutoGrowPx(mask_size.height);
  return effect.mode == Mode::kMagicEraser ? 2 * hidden : hidden;  // The soft edge goes as well.
}

// What a file says of its length may be a little short.
constexpr double kSlackSeconds = 1;

[[noreturn]] void RefuseFromBeyondEnd(double from_seconds, double end_seconds) {
  throw Error(Code::kInvalidArgument,
              fmt::format("--from {:g} is beyond the end of the video, which is {:.3f} s long, so "
                          "nothing would be hidden; give an earlier time.",
                          from_seconds, end_seconds));
}

// In the player's time.
bool InSpan(const EffectOptions& effect, double seconds) {
  return seconds >= effect.from_seconds.value_or(-1e18) &&
         seconds < effect.to_seconds.value_or(1e18);
}

[[noreturn]] void RefuseSpan(const EffectOptions& effect, double end_seconds) {
  if (effect.from_seconds.value_or(0) >= end_seconds) {
    RefuseFromBeyondEnd(*effect.from_seconds, end_seconds);
  }
  throw Error(
      Code::kInvalidArgument,
      "No frame of the video lies between --from and --to, so nothing would be hidden; move "
      "them further apart.");
}

bool IsSlow(const EffectOptions& effect) {
  return effect.shadow || effect.mode == Mode::kMagicEraser;
}

// What the drawn frames depend on, besides the build and the video, which is the job's.
std::string JobOf(const std::filesystem::path& track_file, const JobOptions& options, int grow_px,
                  const VideoInfo& info) {
  const EffectOptions& effect = options.effect;
  const RedactStyle style = effect.style.value_or(RedactStyle::kSecure);
  return fmt::format("{} {} {} {} {} {} {} {:a} {:a} {}x{} {} {} {} {}", Sha256OfFile(track_file),
                     static_cast<int>(effect.mode), static_cast<int>(style), grow_px,
                     static_cast<int>(effect.on_lost), effect.invert, effect.shadow,
                     effect.from_seconds.value_or(-1), effect.to_seconds.value_or(-1),
                     info.geometry.MaskSize().width, info.geometry.MaskSize().height,
                     options.read.bake_orientation, options.read.video_stream.value_or(-1),
                     info.frame_rate.AsDouble(), static_cast<int>(info.color.range));
}

void CheckInvariants(const std::vector<Invariant>& invariants) {
  for (const Invariant& invariant : invariants) {
    if (!invariant.held) {
      throw Error(Code::kInternal,
                  fmt::format("The output was thrown away, because what had to be kept was not: {} "
                              "({}).",
                              invariant.name, invariant.detail))
          .Because(Reason::kOutputCheckFailed);
    }
  }
}

}  // namespace

void CheckRender(const InputName& input, const std::string& output, const JobOptions& options) {
  VideoReader reader(input, options.read);
  const VideoInfo& info = reader.info();
  CheckCanWrite(output, options.write, info);
  const std::optional<double> from_seconds = options.effect.from_seconds;
  if (!from_seconds || info.duration_seconds <= 0) return;
  const std::optional<Frame> first = reader.Next();
  const double begin =
      static_cast<double>(first->pts) * info.time_base.AsDouble() - info.start_seconds;
  const double end_seconds = begin + info.duration_seconds;
  if (*from_seconds > end_seconds + kSlackSeconds) RefuseFromBeyondEnd(*from_seconds, end_seconds);
}

RenderPassResult RunRenderPass(const InputName& input, const std::string& output,
                               const std::filesystem::path& track_file, const JobOptions& options,
                               const std::function<void(const RenderedFrame&)>& on_frame,
                               const ProgressSink& progress, std::stop_token stop) {
  RenderPassResult result;
  VideoReader reader(input, options.read);
  const VideoInfo info = reader.info();
  MaskTrackReader track(track_file);
  CheckTrackFits(track, info);
  result.grow_px = GrowPx(options.effect, info.geometry.MaskSize());
  const CoverPlanner planner =
      PlanCover(track, options.effect, result.grow_px, info.frame_rate.AsDouble());
  auto drawing = MakeFrameEffect(options.effect, result.grow_px, info.color.range == Range::kFull,
                                 options.read.threads, stop);
  if (IsSlow(options.effect) && !options.render_checkpoint.folder.empty()) {
    drawing = WithCheckpoints(std::move(drawing), options.render_checkpoint,
                              JobOf(track_file, options, result.grow_px, info));
  }
  const bool erases = options.effect.mode == Mode::kMagicEraser;
  ErasedReview erased_review(info.frame_rate.AsDouble());
  auto writer = OpenOutput(output, input, options.read, options.write, info, result.notices);
  const double tick = info.time_base.AsDouble();
  const int64_t total = std::max(track.frames(), info.frames);
  bool any_in_span = false, hid_anything = false;
  double end_seconds = 0;  // Of the frames so far, in the player's time.
  const auto write_what_is_done = [&] {
    while (auto done = drawing->Pop()) {
      writer->Write(done->frame);
      erased_review.Add(done->rendered);
      on_frame(done->rendered);
      progress({JobStage::kProcessing, done->rendered.frame + 1, total});
      if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
    }
  };
  while (std::optional<Frame> frame = reader.Next()) {
    if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
    const std::vector<MaskRecord> records = track.Frame(frame->index);
    CheckTimeFits(track.header(), records, *frame, tick);
    const double seconds = static_cast<double>(frame->pts) * tick - info.start_seconds;
    end_seconds = seconds + static_cast<double>(frame->duration) * tick;
    const bool in_span = InSpan(options.effect, seconds);
    any_in_span = any_in_span || in_span;
    RenderedFrame rendered{
        .frame = frame->index, .pts = frame->pts, .covered_px = 0, .objects = ObjectsOf(records)};
    Mask cover(info.geometry.MaskSize().width, info.geometry.MaskSize().height);
    if (in_span || erases) cover = planner.Cover(frame->index, records);
    if (in_span) rendered.covered_px = cover.Area();
    hid_anything = hid_anything || *rendered.covered_px > 0;
    result.frames = frame->index + 1;
    drawing->Push(std::move(*frame), info.geometry.CodedFromMask(cover), in_span,
                  std::move(rendered));
    write_what_is_done();
  }
  drawing->Finish();
  write_what_is_done();
  if (track.frames() != result.frames) {
    throw Error(Code::kInvalidArgument,
                fmt::format("The masks are of a video with {} frames, but this one has {}.",
                            track.frames(), result.frames));
  }
  if (!any_in_span) RefuseSpan(options.effect, end_seconds);
  progress({JobStage::kEncoding, 0, 0});
  writer->Finish();
  result.invariants = writer->Check();
  CheckInvariants(result.invariants);
  reader.AddNotices(result.notices);
  if (!hid_anything) {
    Notices::Add(result.notices.warnings, "Nothing was hidden: no mask covers anything.");
  }
  result.truncated = reader.truncated();
  result.info = reader.info();
  result.plan = writer->plan();
  result.to_review = planner.spans_to_review();
  result.erased_to_review = erased_review.spans();
  result.output = std::move(writer);
  return result;
}

}  // namespace tapmask
