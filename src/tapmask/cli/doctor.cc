// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <optional>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tapmask/cli/command.h"
#include "tapmask/cli/job_options.h"
#include "tapmask/core/build_id.h"
#include "tapmask/media/media_facts.h"
#include "tapmask/worker/sandbox.h"

namespace tapmask {
namespace {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
constexpr double kLeastMemoryGiB = 1;
constexpr double kLeastScratchGiB = 0.5;

// One thing that a machine must have, or may have.
struct HealthFact {
  std::string name;
  std::string value;
  bool ok = true;           // False: videos cannot be worked on.
  std::string advice = {};  // What to do about it.
};

// What a new program could take without anything being swapped out.
std::optional<double> FreeMemoryGiB() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  for (double kib = 0; file >> key;) {
    if (key == "MemAvailable:" && file >> kib) return kib * 1024 / kGiB;
  }
  return std::nullopt;
}

HealthFact Memory() {
  const double total = static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                       static_cast<double>(sysconf(_SC_PAGESIZE)) / kGiB;
  HealthFact fact{"memory", fmt::format("{:.1f} GiB", total)};
  if (const std::optional<double> available = FreeMemoryGiB()) {
    fact.value += fmt::format(", {:.1f} GiB of it free", *available);
    fact.ok = *available >= kLeastMemoryGiB;
    if (!fact.ok) fact.advice = "Close other programs; large videos need 1 GiB.";
  }
  return fact;
}

HealthFact ScratchFolder() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error || access(folder.c_str(), W_OK | X_OK) != 0) {
    return {"scratch folder", "cannot be written", false,
            "Let the variable TMPDIR name a folder that you may write to."};
  }
  const double free = static_cast<double>(std::filesystem::space(folder, error).available) / kGiB;
  HealthFact fact{"scratch folder", fmt::format("{}, {:.1f} GiB free", folder.string(), free)};
  fact.ok = !error && free >= kLeastScratchGiB;
  if (!fact.ok) fact.advice = "Make room there, or let TMPDIR name a folder with more room.";
  return fact;
}

// `needed` is what the most common job cannot do without; what else is missing is said only.
HealthFact CodecFact(const std::string& name, const std::vector<std::string>& missing,
                     std::initializer_list<std::string_view> needed) {
  if (missing.empty()) return {name, "all there"};
  HealthFact fact{name, fmt::format("missing: {}", fmt::join(missing, ", "))};
  fact.ok = std::find_first_of(missing.begin(), missing.end(), needed.begin(), needed.end()) ==
            missing.end();
  fact.advice = "Install an FFmpeg that has them, on Debian and Ubuntu libavcodec-extra.";
  return fact;
}

// What keeps videos of strangers from doing harm. The command line works without it, and the
// service as well, unless it was told to require it.
void AddSandbox(std::vector<HealthFact>& facts) {
  for (const SandboxLayer& layer : ProbeSandbox()) {
    HealthFact fact{"sandbox: " + layer.name, layer.works ? "works" : "missing: " + layer.why_not};
    if (!layer.works) {
      fact.advice = "`tapmask serve` works without this layer; --require-sandbox refuses to.";
    }
    facts.push_back(std::move(fact));
  }
}

std::vector<HealthFact> AllFacts() {
  std::vector<HealthFact> facts{{"build", std::string(BuildId())}};
  const MediaFacts media = ReadMediaFacts();
  facts.push_back({"FFmpeg", media.ffmpeg_version});
  facts.push_back(CodecFact("decoders", media.missing_decoders, {"h264"}));
  facts.push_back(CodecFact("encoders", media.missing_encoders, {"libx264", "aac"}));
  facts.push_back({"processor cores", std::to_string(std::thread::hardware_concurrency())});
  facts.push_back(Memory());
  facts.push_back(ScratchFolder());
  facts.push_back({"engines", "classical"});
  AddSandbox(facts);
  return facts;
}

std::string Words(const std::vector<HealthFact>& facts, bool ok, bool quiet) {
  std::string text;
  for (const HealthFact& fact : facts) {
    if (quiet && fact.ok) continue;
    text +=
        Printable(fmt::format("{:<5} {:<24} {}", fact.ok ? "ok" : "BAD", fact.name, fact.value));
    text += '\n';
    if (!fact.advice.empty()) text += fmt::format("      {}\n", fact.advice);
  }
  if (ok && !quiet) text += "All is well: tapmask can work on videos here.\n";
  if (!ok) text += "tapmask cannot work here yet; see the lines that say BAD.\n";
  return text;
}

std::string Json(const std::vector<HealthFact>& facts, bool ok) {
  nlohmann::ordered_json json{{"ok", ok}, {"build_id", BuildId()}};
  json["checks"] = nlohmann::ordered_json::array();
  for (const HealthFact& fact : facts) {
    json["checks"].push_back(
        {{"name", fact.name}, {"value", fact.value}, {"ok", fact.ok}, {"advice", fact.advice}});
  }
  return JsonText(json) + "\n";
}

}  // namespace

Command AddDoctor(CLI::App& program) {
  auto talk = std::make_shared<TalkOptions>();
  CLI::App* app = program.add_subcommand(
      "doctor", "Check that this machine has what tapmask needs, and say what to install");
  AddTalkOptions(*app, *talk);
  return {app, [talk](const Streams& streams) {
            const std::vector<HealthFact> facts = AllFacts();
            const bool ok = std::all_of(facts.begin(), facts.end(),
                                        [](const HealthFact& fact) { return fact.ok; });
            Answer(streams, talk->json ? Json(facts, ok) : Words(facts, ok, talk->quiet));
            return ok ? ExitCode::kDone : ExitCode::kFailed;
          }};
}

}  // namespace tapmask
