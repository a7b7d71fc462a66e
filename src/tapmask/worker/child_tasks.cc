// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/child_tasks.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/core/rle.h"
#include "tapmask/jobs/requests.h"
#include "tapmask/jobs/results.h"
#include "tapmask/pipeline/ingest.h"
#include "tapmask/pipeline/job.h"
#include "tapmask/pipeline/preview_session.h"
#include "tapmask/worker/facts_json.h"
#include "tapmask/worker/frames_json.h"
#include "tapmask/worker/job_files.h"

namespace tapmask {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr size_t kMostSpans = 10'000;

InputName Input(const Json& parameters, const ChildContext& context) {
  if (!context.input()) throw Error(Code::kInternal, "The video was not handed over.");
  return InputName::OfDescriptor(*context.input(), parameters.at("name").get<std::string>());
}

ReadOptions Read(const Json& parameters) {
  const Json& limits = parameters.at("limits");
  ReadOptions read;
  limits.at("max_long_side_px").get_to(read.limits.max_long_side_px);
  limits.at("max_short_side_px").get_to(read.limits.max_short_side_px);
  limits.at("max_duration_seconds").get_to(read.limits.max_duration_seconds);
  limits.at("max_frames").get_to(read.limits.max_frames);
  limits.at("max_file_bytes").get_to(read.limits.max_file_bytes);
  parameters.at("threads").get_to(read.threads);
  return read;
}

Json IngestTask(const Json& parameters, ChildContext& context) {
  const fs::path& folder = context.scratch_folder();
  const IngestResult found = Ingest(
      Input(parameters, context), Read(parameters), folder / kProxyName, folder / kPosterName,
      [&](const Progress& progress) { context.Report(progress); }, context.stop());
  WriteFrameTimes(found.durations, found.frames, folder / kFramesName);
  VideoFacts facts;
  facts.format = found.format;
  facts.duration_seconds = found.duration_seconds;
  facts.width = found.width;
  facts.height = found.height;
  facts.frame_rate = found.frame_rate;
  facts.frames = found.frames;
  facts.rotation = found.rotation;
  facts.codec = found.codec;
  facts.has_audio = found.has_audio;
  return ToJson(facts);
}

// Keeps the video open from one tap to the next.
class PreviewTask {
 public:
  Json operator()(const Json& parameters, ChildContext& context) {
    if (!session_) {
      PreviewOptions options;
      options.read = Read(parameters);
      options.threads = options.read.threads;
      options.frames = parameters.at("frames").get<int64_t>();
      session_ = std::make_shared<PreviewSession>(Input(parameters, context), options);
    }
    const PreviewRequest request =
        PreviewRequestFromJson(parameters.at("request").get<std::string>());
    const PreviewAnswer answer = session_->Find(request.points, context.stop());
    PreviewResult result;
    result.frame = answer.frame;
    result.sample_aspect = answer.sample_aspect;
    for (const PreviewMask& mask : answer.candidates) {
      if (mask.in_mask.Area() == 0) continue;
      result.candidates.push_back({mask.object, mask.in_mask.width(), mask.in_mask.height(),
                                   EncodeRle(mask.in_mask), mask.confidence,
                                   std::string(CandidateScaleName(mask.scale))});
    }
    return Json::parse(ToJson(result));
  }

 private:
  std::shared_ptr<PreviewSession> session_;
};

template <class Value, size_t kCount>
Value Named(const std::string& name,
            const std::array<std::pair<std::string_view, Value>, kCount>& values) {
  for (const auto& [its_name, value] : values) {
    if (its_name == name) return value;
  }
  throw Error(Code::kInvalidArgument, "\"" + name + "\" is not known here.");
}

JobOptions OptionsOf(const MaskRequest& request, const Json& parameters, const fs::path& folder) {
  JobOptions options;
  options.read = Read(parameters);
  options.threads = options.read.threads;
  options.engine = request.engine;
  options.report_file = folder / kReportName;
  options.scratch_folder = folder;
  options.mask_track = folder / kMasksName;
  options.track_checkpoint.folder = folder / kTrackedFolder;
  options.render_checkpoint.folder = folder / kRenderedFolder;
  parameters.at("checkpoint_bytes").get_to(options.render_checkpoint.most_bytes);
  EffectOptions& effect = options.effect;
  effect.mode = Named<Mode, 2>(
      request.mode, {{{"privacy_blur", Mode::kPrivacyBlur}, {"magic_eraser", Mode::kMagicEraser}}});
  if (effect.mode == Mode::kPrivacyBlur) effect.style = RedactStyleFromName(request.style);
  effect.grow_px = request.grow_px;
  effect.on_lost = Named<OnLost, 3>(
      request.on_lost,
      {{{"cover", OnLost::kCover}, {"frame", OnLost::kFrame}, {"clear", OnLost::kClear}}});
  effect.invert = request.invert;
  effect.shadow = request.shadow;
  effect.from_seconds = request.from_seconds;
  effect.to_seconds = request.to_seconds;
  options.write.audio = Named<AudioMode, 3>(
      request.audio,
      {{{"keep", AudioMode::kKeep}, {"mute", AudioMode::kMute}, {"drop", AudioMode::kDrop}}});
  options.write.codec =
      Named<OutputCodec, 4>(request.codec, {{{"auto", OutputCodec::kAuto},
                                             {"h264", OutputCodec::kH264},
                                             {"hevc", OutputCodec::kHevc},
                                             {"lossless", OutputCodec::kLossless}}});
  options.write.keep_metadata = request.keep_metadata;
  return options;
}

MaskResult ResultOf(const JobResult& job) {
  MaskResult result;
  result.file = kOutputName;
  result.frames = job.frames;
  result.truncated = job.truncated;
  result.engine = job.engine;
  for (const CoverPlanner::Span& span : job.to_review) {
    result.to_review.push_back({false, span.object, std::string(TrackStateName(span.state)),
                                span.first_frame, span.last_frame, span.look_at, span.confidence});
  }
  for (const ErasedSpan& span : job.erased_to_review) {
    result.to_review.push_back(
        {true, std::nullopt, "", span.first_frame, span.last_frame, span.look_at, span.confidence});
  }
  std::stable_sort(result.to_review.begin(), result.to_review.end(),
                   [](const auto& a, const auto& b) { return a.first_frame < b.first_frame; });
  if (result.to_review.size() > kMostSpans) {
    // An answer has an end; what is beyond is one span, so that nothing is passed over.
    MaskResult::ReviewSpan& last = result.to_review[kMostSpans - 1];
    for (size_t i = kMostSpans; i < result.to_review.size(); ++i) {
      last.last_frame = std::max(last.last_frame, result.to_review[i].last_frame);
    }
    result.to_review.resize(kMostSpans);
  }
  for (const auto* list : {&job.notices.warnings, &job.notices.changed, &job.notices.left_out,
                           &job.notices.scrubbed}) {
    result.notices.insert(result.notices.end(), list->begin(), list->end());
  }
  return result;
}

Json MaskTask(const Json& parameters, ChildContext& context) {
  const fs::path& folder = context.scratch_folder();
  const MaskRequest request = MaskRequestFromJson(parameters.at("request").get<std::string>());
  JobOptions options = OptionsOf(request, parameters, folder);
  if (request.corrects) options.earlier = folder / kEarlierName;
  options.track_checkpoint.on_saved = [&](int64_t number) {
    context.Checkpoint({{"window", number}});
  };
  options.render_checkpoint.on_saved = [&](int64_t number) {
    context.Checkpoint({{"rendered", number}});
  };
  bool has_kept_masks = parameters.at("has_masks").get<bool>();
  const auto report = [&](const Progress& progress) {
    if (!has_kept_masks && progress.stage >= JobStage::kProcessing) {
      has_kept_masks = true;
      // A copy, for the worker takes it away.
      std::ifstream from(options.mask_track, std::ios::binary);
      std::ofstream to(folder / kKeptMasksName, std::ios::binary);
      to << from.rdbuf();
      to.close();
      if (from && to) context.Checkpoint({{"masks", true}});
    }
    context.Report(progress);
  };
  const JobResult job = Run(Input(parameters, context), (folder / kOutputName).string(),
                            request.prompts, options, std::nullopt, report, context.stop());
  return Json::parse(ToJson(ResultOf(job)));
}

}  // namespace

ChildTasks WorkerTasks() {
  return {{"ingest", IngestTask}, {"preview", PreviewTask()}, {"mask", MaskTask}};
}

}  // namespace tapmask
