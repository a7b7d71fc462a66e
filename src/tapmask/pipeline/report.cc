// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/build_id.h"
#include "tapmask/core/error.h"
#include "tapmask/media/input_file.h"
#include "tapmask/media/picture_pattern.h"
#include "tapmask/media/sha256.h"
#include "tapmask/media/video_reader.h"

namespace tapmask {
namespace {

using json = nlohmann::ordered_json;

constexpr int kVersion = 1;

// Of a file, or of all pictures of a pattern one after the other.
std::string HashOf(const InputName& name) {
  const auto pattern = PatternOf(name);
  if (!pattern) return Sha256OfFile(name);
  const PicturePattern::Span span = pattern->Find();
  Sha256 all;
  for (int64_t i = span.first; i < span.first + span.count; ++i) {
    const std::string hash = Sha256OfFile(pattern->Path(i));
    all.Add(reinterpret_cast<const uint8_t*>(hash.data()), hash.size());
  }
  return all.Hex();
}

std::string FileName(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

json PromptsJson(const Prompts& prompts) {
  json points = json::array(), boxes = json::array(), masks = json::array();
  for (const Point& p : prompts.points) {
    points.push_back({{"x", p.in_shown.x},
                      {"y", p.in_shown.y},
                      {"frame", p.frame},
                      {"object", p.object},
                      {"is_object", p.is_object}});
    if (p.scale) points.back()["scale"] = CandidateScaleName(*p.scale);
  }
  for (const GivenBox& b : prompts.boxes) {
    boxes.push_back({{"box", {b.in_shown.x, b.in_shown.y, b.in_shown.width, b.in_shown.height}},
                     {"frame", b.frame},
                     {"object", b.object}});
  }
  for (const GivenMask& m : prompts.masks) {
    masks.push_back({{"frame", m.frame}, {"object", m.object}, {"area", m.in_mask.Area()}});
  }
  return {{"points", points}, {"boxes", boxes}, {"masks", masks}};
}

const char* OnLostName(OnLost on_lost) {
  switch (on_lost) {
    case OnLost::kCover: return "cover";
    case OnLost::kFrame: return "frame";
    case OnLost::kClear: return "clear";
  }
  return "";
}

const char* AudioName(AudioMode audio) {
  switch (audio) {
    case AudioMode::kKeep: return "keep";
    case AudioMode::kMute: return "mute";
    case AudioMode::kDrop: return "drop";
  }
  return "";
}

json EffectJson(const EffectOptions& effect, int grow_px) {
  const bool erases = effect.mode == Mode::kMagicEraser;
  json out = {{"mode", erases ? "magic_eraser" : "privacy_blur"}};
  if (!erases) out["style"] = RedactStyleName(effect.style.value_or(RedactStyle::kSecure));
  out["grow_px"] = grow_px;
  out["on_lost"] = OnLostName(effect.on_lost);
  out["invert"] = effect.invert;
  out["shadow"] = effect.shadow;
  if (effect.from_seconds) out["from_seconds"] = *effect.from_seconds;
  if (effect.to_seconds) out["to_seconds"] = *effect.to_seconds;
  return out;
}

json ReviewJson(const std::vector<CoverPlanner::Span>& spans) {
  json out = json::array();
  for (const CoverPlanner::Span& span : spans) {
    out.push_back({{"object", span.object},
                   {"state", TrackStateName(span.state)},
                   {"first_frame", span.first_frame},
                   {"last_frame", span.last_frame},
                   {"look_at", span.look_at},
                   {"confidence", span.confidence}});
  }
  return out;
}

json ErasedReviewJson(const std::vector<ErasedSpan>& spans) {
  json out = json::array();
  for (const ErasedSpan& span : spans) {
    out.push_back({{"first_frame", span.first_frame},
                   {"last_frame", span.last_frame},
                   {"look_at", span.look_at},
                   {"confidence", span.confidence}});
  }
  return out;
}

json OutputJson(const ReportWriter::Facts& facts) {
  const RenderPassResult& rendered = facts.rendered;
  return {{"file", FileName(facts.output)},    {"sha256", HashOf(rendered.output->waiting())},
          {"codec", rendered.plan.codec},      {"pixel_format", rendered.plan.pixel_format},
          {"width", rendered.plan.size.width}, {"height", rendered.plan.size.height},
          {"frames", rendered.frames}};
}

json InvariantsJson(const std::vector<Invariant>& invariants) {
  json out = json::array();
  for (const Invariant& i : invariants) out.push_back({{"name", i.name}, {"held", i.held}});
  return out;
}

json HeadOf(const ReportWriter::Facts& facts) {
  const RenderPassResult& rendered = facts.rendered;
  const VideoInfo& info = rendered.info;
  const Size shown = info.geometry.ShownSize();
  json head = {{"format", "tapmask-report"},
               {"version", kVersion},
               {"build", BuildId()},
               {"command", facts.command},
               {"input",
                {{"file", FileName(facts.input.name())},
                 {"sha256", HashOf(facts.input)},
                 {"bytes", info.file_bytes},
                 {"width", shown.width},
                 {"height", shown.height},
                 {"codec", info.codec},
                 {"frames", rendered.frames}}}};
  if (rendered.output) head["output"] = OutputJson(facts);
  head["engine"] = facts.engine;
  head["prompts"] = PromptsJson(facts.prompts);
  if (rendered.output) {
    head["effect"] = EffectJson(facts.options.effect, rendered.grow_px);
    head["audio"] = AudioName(facts.options.write.audio);
  }
  head["truncated"] = rendered.truncated;
  head["warnings"] = rendered.notices.warnings;
  head["changed"] = rendered.notices.changed;
  head["left_out"] = rendered.notices.left_out;
  head["scrubbed"] = rendered.notices.scrubbed;
  if (rendered.output) head["invariants"] = InvariantsJson(rendered.invariants);
  head["to_review"] = ReviewJson(rendered.to_review);
  if (rendered.output && facts.options.effect.mode == Mode::kMagicEraser) {
    head["erased_to_review"] = ErasedReviewJson(rendered.erased_to_review);
  }
  head["time_base"] = {info.time_base.num, info.time_base.den};
  return head;
}

[[noreturn]] void CannotWrite(const std::filesystem::path& path) {
  throw Error(Code::kInvalidArgument, "The report cannot be written to " + path.string() +
                                          "; check that its folder exists.");
}

}  // namespace

ReportWriter::ReportWriter(std::filesystem::path path, const std::filesystem::path& scratch_folder)
    : path_(std::move(path)), frames_path_(scratch_folder / "report.frames") {
  if (path_.empty()) return;
  const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder)) CannotWrite(path_);
  frames_.open(frames_path_, std::ios::binary | std::ios::trunc);
}

ReportWriter::~ReportWriter() {
  if (path_.empty()) return;
  frames_.close();
  std::error_code ignored;
  std::filesystem::remove(frames_path_, ignored);
}

void ReportWriter::Add(const RenderedFrame& frame) {
  if (path_.empty()) return;
  json objects = json::array();
  for (const RenderedFrame::Object& object : frame.objects) {
    objects.push_back({{"object", object.object},
                       {"state", TrackStateName(object.state)},
                       {"confidence", object.confidence},
                       {"area", object.area}});
  }
  json line = {{"frame", frame.frame}};
  if (frame.pts) line["pts"] = *frame.pts;
  if (frame.covered_px) line["covered"] = *frame.covered_px;
  if (frame.erased) {
    line["erased"] = {{"seen", frame.erased->seen_share},
                      {"invented", frame.erased->invented_share},
                      {"confidence", frame.erased->confidence},
                      {"camera", frame.erased->camera_is_still ? "still" : "moving"}};
  }
  line["objects"] = std::move(objects);
  frames_ << (any_frame_ ? ",\n" : "") << line.dump();
  any_frame_ = true;
}

void ReportWriter::Write(const Facts& facts) {
  if (path_.empty()) return;
  frames_.close();
  std::string head =
      HeadOf(facts).dump(1, ' ', false, json::error_handler_t::replace);  // Names may be any bytes.
  head.resize(head.rfind('}'));  // Left open for the frames.
  while (!head.empty() && (head.back() == '\n' || head.back() == ' ')) head.pop_back();
  file_.emplace(path_);
  std::ofstream out(file_->path(), std::ios::binary | std::ios::trunc);
  out << head << ",\n \"frames\": [\n";
  if (any_frame_) out << std::ifstream(frames_path_, std::ios::binary).rdbuf();
  out << "\n ]\n}\n";
  out.close();
  if (!out || !frames_) {
    throw Error(Code::kStorageFull, "The report could not be written; free some space.");
  }
  file_->Sync();
}

void ReportWriter::Commit() {
  if (file_) file_->Commit();
}

std::vector<std::string> VerifyReport(const std::string& output,
                                      const std::filesystem::path& report) {
  CheckInputFile(report, "what --report wrote");
  std::ifstream file(report, std::ios::binary);
  std::vector<std::string> broken;
  try {
    const json facts = json::parse(file);
    if (facts.at("format") != "tapmask-report" || facts.at("version") != kVersion) {
      throw Error(Code::kInvalidArgument, report.string() + " is not a report of this program.");
    }
    if (facts.at("command") == "track") {
      throw Error(Code::kInvalidArgument,
                  report.string() + " is of masks alone, so there is no output to verify.");
    }
    const json& meant = facts.at("output");
    const std::string hash = HashOf(output);
    if (meant.at("sha256") != hash) {
      broken.push_back("The file is not the one that the report describes: its SHA-256 is " + hash +
                       ".");
    }
    ReadOptions read;
    read.limits = {65536, 65536, 1e9, INT64_MAX, 1000, INT64_MAX};
    VideoReader reader(output, read);
    const VideoInfo info = reader.info();
    const auto expect = [&](const char* name, const json& wanted, const json& found) {
      if (wanted != found) {
        broken.push_back(fmt::format("{} is {} instead of {}.", name, found.dump(), wanted.dump()));
      }
    };
    expect("The codec", meant.at("codec"), info.codec);
    expect("The width", meant.at("width"), info.geometry.coded.width);
    expect("The height", meant.at("height"), info.geometry.coded.height);
    int64_t frames = 0;
    while (reader.Next()) ++frames;
    expect("The number of frames", meant.at("frames"), frames);
    for (const json& invariant : facts.at("invariants")) {
      if (!invariant.at("held").get<bool>()) {
        broken.push_back("The report itself says that something was not kept: " +
                         invariant.at("name").get<std::string>() + ".");
      }
    }
  } catch (const json::exception& error) {
    throw Error(Code::kInvalidArgument, report.string() + " is not a report of this program.",
                error.what());
  }
  return broken;
}

}  // namespace tapmask
