// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/job.h"

#include <optional>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/media/picture.h"
#include "tapmask/media/video_reader.h"
#include "tapmask/pipeline/cover_plan.h"
#include "tapmask/pipeline/input_guard.h"
#include "tapmask/pipeline/mask_folder.h"
#include "tapmask/pipeline/preview_session.h"
#include "tapmask/pipeline/prompt_schedule.h"
#include "tapmask/pipeline/render_pass.h"
#include "tapmask/pipeline/report.h"
#include "tapmask/pipeline/scratch.h"
#include "tapmask/pipeline/threads.h"
#include "tapmask/pipeline/track_pass.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {
namespace {

// Matroska cannot say a rotation everywhere, and pictures nowhere: there the samples are turned.
ReadOptions ReadFor(const std::string& output, const JobOptions& options) {
  ReadOptions read = options.read;
  read.threads = ThreadsOf(options.threads);
  const OutputContainer container = OutputContainerOf(output);
  read.bake_orientation =
      container == OutputContainer::kMkv || container == OutputContainer::kPictures;
  return read;
}

TrackPassOptions TrackOptionsOf(const JobOptions& options, const ReadOptions& read,
                                const Engine& engine, const Scratch& scratch) {
  TrackPassOptions track;
  track.read = read;
  track.engine = engine;
  track.threads = ThreadsOf(options.threads);
  track.scratch_folder = scratch.folder();
  return track;
}

// A mask track of `masks`: the file itself, or one made in `scratch` from a folder.
std::filesystem::path MaskTrackFile(const std::filesystem::path& masks, const InputName& input,
                                    const ReadOptions& read, const Scratch& scratch,
                                    const char* name, const std::stop_token& stop) {
  if (!std::filesystem::is_directory(masks)) return masks;
  std::filesystem::path made = scratch.folder() / name;
  TrackFromMaskFolder(masks, input, read, made, stop);
  return made;
}

JobResult ResultOf(RenderPassResult rendered, std::string engine) {
  JobResult result;
  result.frames = rendered.frames;
  result.truncated = rendered.truncated;
  result.notices = std::move(rendered.notices);
  result.engine = std::move(engine);
  result.to_review = std::move(rendered.to_review);
  result.erased_to_review = std::move(rendered.erased_to_review);
  return result;
}

// The last step of a job. All that can go wrong otherwise was done before: output, masks and report
// lie beside their places, whole. Of the renames the output's comes first, so that no report or
// mask speaks of an output that is not there. `writer` and `masks` may be null.
void PutInPlace(const std::string& output, OutputWriter* writer, MaskFolder* masks,
                ReportWriter& report, const InputGuard& guard, const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
  guard.Check();
  std::string in_place;
  try {
    if (writer) writer->Commit();
    if (writer) in_place = "The output " + output + " is";
    if (masks) masks->Commit();
    if (!writer && masks) in_place = "The masks in " + masks->folder().string() + " are";
    report.Commit();
  } catch (const Error& error) {
    if (in_place.empty()) throw;
    throw Error(Code::kUnavailable,
                fmt::format("{} whole and in place, but {}", in_place, error.public_text()),
                error.what());
  }
}

// Does `pass`, and once more from the beginning when what was saved of it is of no use.
template <class Pass>
auto WithCheckpointsIn(const std::filesystem::path& folder, const Pass& pass) {
  try {
    return pass();
  } catch (const ResumeFailed&) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return pass();
  }
}

void CheckMode(const EffectOptions& effect) {
  if (effect.shadow && effect.invert) {
    throw Error(Code::kInvalidArgument,
                "--shadow cannot be used with --invert: it would hide the shadow, not show it.");
  }
  if (effect.mode != Mode::kMagicEraser) return;
  if (effect.style) {
    throw Error(Code::kInvalidArgument,
                "--style cannot be used with magic_eraser: it draws what is behind the object, in "
                "no style; leave --style out, or say --mode privacy_blur.");
  }
  if (effect.invert) {
    throw Error(Code::kInvalidArgument,
                "magic_eraser cannot be inverted: there is nothing behind everything else.");
  }
  if (effect.on_lost == OnLost::kClear) {
    throw Error(
        Code::kInvalidArgument,
        "--on-lost clear cannot be used with magic_eraser: where the object is lost it would be "
        "copied into frames from which it is erased.");
  }
}

}  // namespace

JobResult Run(const InputName& input, const std::string& output, const Prompts& prompts,
              const JobOptions& options, const std::optional<std::filesystem::path>& masks_out,
              const ProgressSink& progress, std::stop_token stop) {
  CheckMode(options.effect);
  progress({JobStage::kValidating, 0, 0});
  const InputGuard guard(input);
  JobOptions job = options;
  job.read = ReadFor(output, options);
  CheckRender(input, output, job);
  const Engine engine = ChooseEngine(options.engine);
  const Scratch scratch(options.scratch_folder);
  const Prompts resolved = ResolveTimes(input, job.read, prompts);
  std::optional<ReportWriter> report;  // Refused before any work, and begun anew with the pass.
  report.emplace(options.report_file, scratch.folder());
  std::optional<MaskFolder> masks;
  if (masks_out) masks.emplace(*masks_out);

  const std::filesystem::path track_file =
      job.mask_track.empty() ? scratch.folder() / "masks.jsonl" : job.mask_track;
  TrackPassOptions track_options = TrackOptionsOf(job, job.read, engine, scratch);
  track_options.earlier = job.earlier;
  track_options.checkpoint = job.track_checkpoint;
  if (!IsTrackOf(track_file, input, resolved, track_options)) {
    WithCheckpointsIn(job.track_checkpoint.folder, [&] {
      return RunTrackPass(input, resolved, track_options, track_file, progress, stop);
    });
  }
  if (masks) WriteMasks(track_file, *masks, stop);
  RenderPassResult rendered = WithCheckpointsIn(job.render_checkpoint.folder, [&] {
    report.emplace(options.report_file, scratch.folder());
    return RunRenderPass(
        input, output, track_file, job, [&](const RenderedFrame& frame) { report->Add(frame); },
        progress, stop);
  });
  report->Write({"run", input, output, resolved, job, engine.name, rendered});
  PutInPlace(output, rendered.output.get(), masks ? &*masks : nullptr, *report, guard, stop);
  if (std::error_code ignored; !job.render_checkpoint.folder.empty()) {
    std::filesystem::remove_all(job.render_checkpoint.folder, ignored);
  }
  return ResultOf(std::move(rendered), engine.name);
}

JobResult Track(const InputName& input, const Prompts& prompts, const JobOptions& options,
                const std::filesystem::path& earlier, const std::filesystem::path& masks_out,
                const ProgressSink& progress, std::stop_token stop) {
  progress({JobStage::kValidating, 0, 0});
  const InputGuard guard(input);
  ReadOptions read = options.read;
  read.threads = ThreadsOf(options.threads);
  const Engine engine = ChooseEngine(options.engine);
  const Scratch scratch(options.scratch_folder);
  MaskFolder masks(masks_out);
  const Prompts resolved = ResolveTimes(input, read, prompts);
  const std::filesystem::path track_file = scratch.folder() / "masks.jsonl";
  ReportWriter report(options.report_file, scratch.folder());
  TrackPassOptions track_options = TrackOptionsOf(options, read, engine, scratch);
  if (!earlier.empty()) {
    track_options.earlier = MaskTrackFile(earlier, input, read, scratch, "earlier.jsonl", stop);
  }
  TrackPassResult tracked =
      RunTrackPass(input, resolved, track_options, track_file, progress, stop);
  WriteMasks(track_file, masks, stop);

  RenderPassResult result;  // Without an output.
  result.frames = tracked.frames;
  result.truncated = tracked.truncated;
  result.notices = std::move(tracked.notices);
  result.info = Probe(input, read);
  MaskTrackReader track(track_file);
  result.to_review = PlanCover(track, {}, 4, 25).spans_to_review();
  for (int64_t i = 0; i < track.frames(); ++i) {
    const std::vector<MaskRecord> records = track.Frame(i);
    RenderedFrame frame{.frame = i, .objects = ObjectsOf(records)};
    if (!records.empty()) frame.pts = records.front().pts;
    report.Add(frame);
  }
  report.Write({"track", input, "", resolved, options, engine.name, result});
  PutInPlace("", nullptr, &masks, report, guard, stop);
  return ResultOf(std::move(result), engine.name);
}

JobResult Render(const InputName& input, const std::string& output,
                 const std::filesystem::path& masks, const JobOptions& options,
                 const ProgressSink& progress, std::stop_token stop) {
  CheckMode(options.effect);
  progress({JobStage::kValidating, 0, 0});
  const InputGuard guard(input);
  JobOptions job = options;
  job.read = ReadFor(output, options);
  job.render_checkpoint = {};
  CheckRender(input, output, job);
  const Scratch scratch(options.scratch_folder);
  ReportWriter report(options.report_file, scratch.folder());
  const std::filesystem::path track_file =
      MaskTrackFile(masks, input, job.read, scratch, "masks.jsonl", stop);
  RenderPassResult rendered = RunRenderPass(
      input, output, track_file, job, [&](const RenderedFrame& frame) { report.Add(frame); },
      progress, stop);
  const std::string engine = MaskTrackReader(track_file).header().engine;
  report.Write({"render", input, output, {}, job, engine, rendered});
  PutInPlace(output, rendered.output.get(), nullptr, report, guard, stop);
  return ResultOf(std::move(rendered), engine);
}

std::vector<PreviewCandidate> Preview(const InputName& input, const Prompts& prompts,
                                      const JobOptions& options,
                                      const std::filesystem::path& masks_out,
                                      std::stop_token stop) {
  ReadOptions read = options.read;
  read.threads = ThreadsOf(options.threads);
  const Prompts resolved = ResolveTimes(input, read, prompts);
  PreviewSession session(input, {read, options.engine, options.threads, {}});
  const PromptSchedule schedule(resolved, session.geometry());
  if (schedule.first_frame() != schedule.last_frame() || schedule.objects().size() != 1) {
    throw Error(Code::kInvalidArgument,
                "A preview shows one object in one frame; give points of one frame only.");
  }
  const PreviewAnswer answer =
      session.Find(schedule.At(schedule.first_frame()).front().points, stop);
  MaskFolder to(masks_out);
  std::vector<PreviewCandidate> answers;
  for (const PreviewMask& candidate : answer.candidates) {
    const std::string name = fmt::format("{}.png", answers.size());
    WriteMaskPicture(to.waiting() / name, candidate.in_mask);
    answers.push_back({to.folder() / name, candidate.confidence,
                       std::string(CandidateScaleName(candidate.scale))});
  }
  to.Commit();
  return answers;
}

}  // namespace tapmask
