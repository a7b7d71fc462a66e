// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/job_runner.h"

#include <chrono>
#include <memory>
#include <ostream>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "tapmask/cli/progress_printer.h"
#include "tapmask/cli/stop_signals.h"

namespace tapmask {
namespace {

using SteadyClock = std::chrono::steady_clock;

int TerminalColumns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

ProgressPrinter MakePrinter(const TalkOptions& talk, const Streams& streams) {
  auto form = ProgressPrinter::Form::kLines;
  if (streams.err_is_terminal) form = ProgressPrinter::Form::kBar;
  if (talk.quiet) form = ProgressPrinter::Form::kNone;
  if (talk.json) form = ProgressPrinter::Form::kJson;
  return ProgressPrinter(form, talk.json ? streams.out : streams.err, SteadyClock::now,
                         TerminalColumns);
}

nlohmann::ordered_json SpansAsJson(const std::vector<CoverPlanner::Span>& spans) {
  auto list = nlohmann::ordered_json::array();
  for (const CoverPlanner::Span& span : spans) {
    list.push_back({{"object", span.object},
                    {"state", TrackStateName(span.state)},
                    {"first_frame", span.first_frame},
                    {"last_frame", span.last_frame}});
  }
  return list;
}

void TellEnd(const JobArguments& arguments, const std::optional<Covering>& covering,
             const JobResult& result, double seconds, Narrator& narrator) {
  const NamedFiles& files = arguments.files;
  narrator.Tell(result.notices);
  for (const std::string& sentence : ReviewSentences(result.to_review, covering)) {
    narrator.Warn(sentence);
  }
  for (const std::string& sentence : ReviewSentences(result.erased_to_review)) {
    narrator.Warn(sentence);
  }
  const bool all_well = result.to_review.empty() && result.erased_to_review.empty();
  narrator.Say(fmt::format("Done: {} frames in {}, engine {}{}.", result.frames, ClockText(seconds),
                           result.engine, all_well ? ", no frame needs a second look" : ""));
  nlohmann::ordered_json facts{{"frames", result.frames},
                               {"truncated", result.truncated},
                               {"engine", result.engine},
                               {"to_review", SpansAsJson(result.to_review)}};
  const auto name_file = [&](const char* key, const char* words, const std::string& file) {
    if (file.empty()) return;
    narrator.Say(fmt::format("{} {}", words, file));
    facts[key] = file;
  };
  name_file("output", "Output:", files.output);
  name_file("masks", "Masks: ", files.masks_out.string());
  name_file("report", "Report:", files.report.string());
  narrator.Done(facts);
}

}  // namespace

ProgressSink MakeProgressSink(const TalkOptions& talk, const Streams& streams) {
  auto printer = std::make_shared<ProgressPrinter>(MakePrinter(talk, streams));
  return [printer](const Progress& progress) { printer->Show(progress); };
}

ExitCode RunJob(const JobArguments& arguments, const std::optional<Covering>& covering,
                const Streams& streams, const JobCall& call) {
  const auto begin = SteadyClock::now();
  StopSignals signals;
  ProgressPrinter printer = MakePrinter(arguments.talk, streams);
  JobResult result;
  try {
    result = call([&](const Progress& progress) { printer.Show(progress); }, signals.token());
  } catch (...) {
    printer.Clear();
    throw;
  }
  printer.Clear();
  const std::chrono::duration<double> took = SteadyClock::now() - begin;
  Narrator narrator(arguments.talk, streams);
  TellEnd(arguments, covering, result, took.count(), narrator);
  return ExitCode::kDone;
}

}  // namespace tapmask
