// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/job_options.h"

#include <array>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tapmask/cli/value_parser.h"
#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr const char* kInputGroup = "What is read";
constexpr const char* kPromptGroup = "What is meant";
constexpr const char* kEffectGroup = "What happens to it";
constexpr const char* kOutputGroup = "What is written";
constexpr const char* kTalkGroup = "What is said";
constexpr double kMostSeconds = 1e6;

constexpr NamedValue<Mode> kModes[] = {{"privacy_blur", Mode::kPrivacyBlur},
                                       {"magic_eraser", Mode::kMagicEraser}};
constexpr NamedValue<RedactStyle> kStyles[] = {{"secure", RedactStyle::kSecure},
                                               {"gaussian", RedactStyle::kGaussian},
                                               {"pixelate", RedactStyle::kPixelate},
                                               {"solid", RedactStyle::kSolid}};
constexpr NamedValue<OnLost> kOnLost[] = {
    {"cover", OnLost::kCover}, {"frame", OnLost::kFrame}, {"clear", OnLost::kClear}};
constexpr NamedValue<AudioMode> kAudio[] = {
    {"keep", AudioMode::kKeep}, {"mute", AudioMode::kMute}, {"drop", AudioMode::kDrop}};
constexpr NamedValue<OutputCodec> kCodecs[] = {{"auto", OutputCodec::kAuto},
                                               {"h264", OutputCodec::kH264},
                                               {"hevc", OutputCodec::kHevc},
                                               {"lossless", OutputCodec::kLossless}};
constexpr std::array<std::string_view, 10> kPresets{"ultrafast", "superfast", "veryfast", "faster",
                                                    "fast",      "medium",    "slow",     "slower",
                                                    "veryslow",  "placebo"};
constexpr std::array<std::string_view, 2> kEngines{"auto", "classical"};

using Take = std::function<void(const std::string&)>;

// An option with one value, which `take` checks and keeps.
CLI::Option* AddValue(CLI::App& command, const std::string& name, const std::string& form,
                      const std::string& help, const char* group, const Take& take) {
  return command.add_option_function<std::string>(name, take, help)->type_name(form)->group(group);
}

// An option that may be given many times, each time with one value.
void AddList(CLI::App& command, const std::string& name, const std::string& form,
             const std::string& help, const char* group, std::vector<std::string>& values) {
  command.add_option(name, values, help)->type_name(form)->group(group)->allow_extra_args(false);
}

void AddSwitch(CLI::App& command, const std::string& name, const std::string& help,
               const char* group, bool& value) {
  command.add_flag(name, value, help)->group(group)->disable_flag_override();
}

int GrowFrom(const std::string& text) {
  if (const auto number = NumberFrom(text); number && *number == 0) {
    throw Error(Code::kInvalidArgument,
                "--grow 0 is refused: without a margin the edge of the object shows; "
                "give 1 or more pixels, or auto.");
  }
  if (!IntegerFrom(text)) {
    throw Error(Code::kInvalidArgument,
                fmt::format("--grow takes auto or pixels from 1 to 1000, not '{}'.", text));
  }
  return static_cast<int>(ParseInteger("--grow", text, 1, 1000));
}

}  // namespace

void AddInputOptions(CLI::App& command, JobArguments& arguments) {
  command
      .add_option("INPUT", arguments.files.input,
                  "A video file, or numbered pictures like frames/%05d.jpg")
      ->required()
      ->type_name("");
  ReadOptions& read = arguments.job.read;
  AddValue(command, "--video-stream", "N", "Work on this video stream (see tapmask probe)",
           kInputGroup, [&](const std::string& text) {
             read.video_stream = static_cast<int>(ParseInteger("--video-stream", text, 0, 9999));
           });
  AddValue(command, "--fps", "N",
           "Pictures a second of numbered pictures, such as 25 (the "
           "default) or 30000/1001",
           kInputGroup,
           [&](const std::string& text) { read.pictures_per_second = ParseRate("--fps", text); });
  AddValue(command, "--threads", "N",
           "Use N processor cores; no result depends on it (default: "
           "all)",
           kInputGroup, [&](const std::string& text) {
             arguments.job.threads = static_cast<int>(ParseInteger("--threads", text, 0, 1024));
             read.threads = arguments.job.threads;
           });
}

void AddPointOptions(CLI::App& command, JobArguments& arguments) {
  PromptOptions& prompts = arguments.prompts;
  AddList(
      command, "--point", "X,Y[,-][,SCALE][@FRAME][#OBJECT]",
      "A point on the object, in pixels of the shown picture from its top left corner; ,- means "
      "\"not this\", and ,part or ,group takes that of what the preview finds. May be given many "
      "times",
      kPromptGroup, prompts.points);
  AddValue(command, "--frame", "N", "The frame of points that say none, counted from 0 (default 0)",
           kPromptGroup, [&](const std::string& text) {
             prompts.frame = ParseInteger("--frame", text, 0, 999'999'999);
           });
  AddValue(command, "--time", "SECONDS", "The same as a time in the video", kPromptGroup,
           [&](const std::string& text) {
             prompts.seconds = ParseNumber("--time", text, 0, kMostSeconds);
           });
}

void AddMaskAndBoxOptions(CLI::App& command, JobArguments& arguments) {
  AddList(
      command, "--mask", "PNG[@FRAME][#OBJECT]",
      "A mask of the object drawn by hand, as large as the stored picture held upright; black is "
      "background. May be given many times",
      kPromptGroup, arguments.prompts.masks);
  AddList(
      command, "--box", "X,Y,W,H@FRAME[#OBJECT]",
      "A box drawn by hand; it moves evenly between the frames that have one. May be given many "
      "times",
      kPromptGroup, arguments.prompts.boxes);
}

void AddEngineOption(CLI::App& command, JobArguments& arguments) {
  AddValue(command, "--engine", "auto|classical",
           "What finds the object (default auto: the best "
           "that is installed)",
           kPromptGroup, [&](const std::string& text) {
             arguments.job.engine = kEngines[ParseName("--engine", text, kEngines)];
           });
}

void AddMasksOutOption(CLI::App& command, JobArguments& arguments, bool required) {
  command.add_option("--masks-out", arguments.files.masks_out, "Keep the masks in this folder")
      ->type_name("DIR")
      ->group(kOutputGroup)
      ->required(required);
}

void AddEffectOptions(CLI::App& command, JobArguments& arguments) {
  EffectOptions& effect = arguments.job.effect;
  AddValue(command, "--mode", "privacy_blur|magic_eraser",
           "Hide the object (the default), or fill its place with what is behind it", kEffectGroup,
           [&](const std::string& text) { effect.mode = ParseNamed("--mode", text, kModes); });
  AddValue(
      command, "--style", "secure|gaussian|pixelate|solid",
      "How privacy_blur hides it (default secure); gaussian and pixelate can be undone in part",
      kEffectGroup,
      [&](const std::string& text) { effect.style = ParseNamed("--style", text, kStyles); });
  AddValue(command, "--grow", "PX|auto",
           "Take this many pixels more all around (default auto: 0.7 % of the height, at least 4; "
           "for magic_eraser twice as many)",
           kEffectGroup, [&](const std::string& text) {
             effect.grow_px.reset();
             if (text != "auto") effect.grow_px = GrowFrom(text);
           });
  AddValue(
      command, "--on-lost", "cover|frame|clear",
      "While the object is lost, cover where it may be (the default), hide the whole frame, or "
      "nothing",
      kEffectGroup,
      [&](const std::string& text) { effect.on_lost = ParseNamed("--on-lost", text, kOnLost); });
  AddSwitch(command, "--shadow",
            "The shadow that the object casts as well, where it is found by its moving along",
            kEffectGroup, effect.shadow);
  AddSwitch(command, "--invert", "Hide everything but the object", kEffectGroup, effect.invert);
  AddValue(command, "--from", "SECONDS", "Hide from this time on; frames before stay as they are",
           kEffectGroup, [&](const std::string& text) {
             effect.from_seconds = ParseNumber("--from", text, 0, kMostSeconds);
           });
  AddValue(command, "--to", "SECONDS", "Hide up to this time; frames from it on stay as they are",
           kEffectGroup, [&](const std::string& text) {
             effect.to_seconds = ParseNumber("--to", text, 0, kMostSeconds);
           });
}

void AddOutputOptions(CLI::App& command, JobArguments& arguments) {
  WriteOptions& write = arguments.job.write;
  command
      .add_option("-o,--output", arguments.files.output,
                  "A .mp4, .mov or .mkv file, or numbered pictures like out/%05d.png")
      ->required()
      ->type_name("OUTPUT")
      ->group(kOutputGroup);
  AddValue(command, "--audio", "keep|mute|drop", "Sound: kept (the default), silenced, or left out",
           kOutputGroup,
           [&](const std::string& text) { write.audio = ParseNamed("--audio", text, kAudio); });
  AddValue(command, "--codec", "auto|h264|hevc|lossless",
           "Default auto: H.264, or HEVC for more than 8 bits", kOutputGroup,
           [&](const std::string& text) { write.codec = ParseNamed("--codec", text, kCodecs); });
  AddValue(command, "--crf", "0..51", "Quality; smaller is better and larger (default 18)",
           kOutputGroup,
           [&](const std::string& text) { write.crf = ParseNumber("--crf", text, 0, 51); });
  AddValue(command, "--preset", "NAME",
           "ultrafast to placebo; slower makes smaller files (default "
           "veryfast)",
           kOutputGroup, [&](const std::string& text) {
             write.preset = kPresets[ParseName("--preset", text, kPresets)];
           });
  AddSwitch(command, "--keep-chroma", "Keep 4:2:2 and 4:4:4 colour, which fewer players show",
            kOutputGroup, write.keep_chroma);
  AddSwitch(command, "--deinterlace", "Turn interlaced video into whole pictures, a frame a frame",
            kOutputGroup, write.deinterlace);
  AddSwitch(command, "--keep-metadata",
            "Keep location, device, dates, cover art and data, which may tell who filmed where",
            kOutputGroup, write.keep_metadata);
}

void AddReportOption(CLI::App& command, JobArguments& arguments) {
  command.add_option("--report", arguments.files.report, "Write what was done as JSON")
      ->type_name("FILE.json")
      ->group(kOutputGroup);
}

void AddTalkOptions(CLI::App& command, TalkOptions& talk) {
  AddSwitch(command, "--json", "Answer and progress as JSON on standard output", kTalkGroup,
            talk.json);
  AddSwitch(command, "--quiet", "Say only warnings and errors", kTalkGroup, talk.quiet);
}

void CheckTogether(const JobArguments& arguments) {
  const EffectOptions& effect = arguments.job.effect;
  if (effect.to_seconds && effect.from_seconds.value_or(0) >= *effect.to_seconds) {
    throw Error(Code::kInvalidArgument,
                fmt::format("--from {} --to {} holds no time; --to must be later than --from.",
                            effect.from_seconds.value_or(0), *effect.to_seconds));
  }
}

}  // namespace tapmask
