// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/progress_printer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tapmask {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kBetweenBars{100};
constexpr seconds kBetweenLines{5};
constexpr milliseconds kBetweenSamples{250};
constexpr seconds kRateWindow{5};
constexpr int kWidestBar = 40;
constexpr int kNarrowestBar = 8;
constexpr const char* kEraseLine = "\r\x1b[K";

nlohmann::ordered_json Rounded(const std::optional<double>& value) {
  if (!value) return nullptr;
  return std::round(*value * 100) / 100;
}

}  // namespace

std::string ClockText(double seconds_left) {
  const auto total = static_cast<int64_t>(std::ceil(std::clamp(seconds_left, 0.0, 359'999.0)));
  const int64_t hours = total / 3600;
  const int64_t minutes = total / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, total % 60);
  return fmt::format("{}:{:02}", minutes, total % 60);
}

ProgressPrinter::ProgressPrinter(Form form, std::ostream& out, Clock now, Columns columns)
    : form_(form), out_(out), now_(std::move(now)), columns_(std::move(columns)) {}

void ProgressPrinter::Show(const Progress& progress) {
  if (form_ == Form::kNone) return;
  const Time now = now_();
  const bool new_stage = stage_ != progress.stage;
  if (new_stage) {
    stage_ = progress.stage;
    samples_.clear();
  }
  const State state = Measure(progress, now);
  const bool stage_is_done =
      progress.frames_total > 0 && progress.frames_done >= progress.frames_total;
  const auto quiet_for = now - last_shown_;
  bool due = new_stage;
  if (form_ == Form::kBar) due |= quiet_for >= kBetweenBars;
  if (form_ == Form::kLines) due |= quiet_for >= kBetweenLines;
  if (form_ == Form::kJson) due |= quiet_for >= kBetweenBars || stage_is_done;
  if (!due) return;

  last_shown_ = now;
  if (form_ == Form::kBar) {
    out_ << kEraseLine << Bar(state, columns_());
    bar_is_drawn_ = true;
  } else {
    out_ << (form_ == Form::kJson ? Json(state) : Line(state)) << '\n';
  }
  out_.flush();
}

void ProgressPrinter::Clear() {
  if (!bar_is_drawn_) return;
  out_ << kEraseLine << std::flush;
  bar_is_drawn_ = false;
}

ProgressPrinter::State ProgressPrinter::Measure(const Progress& progress, Time now) {
  if (samples_.empty() || now - samples_.back().time >= kBetweenSamples) {
    samples_.push_back({now, progress.frames_done});
  }
  while (samples_.size() > 2 && now - samples_[1].time >= kRateWindow) samples_.pop_front();

  State state;
  state.progress = progress;
  const double elapsed = duration<double>(now - samples_.front().time).count();
  const int64_t frames = progress.frames_done - samples_.front().frames;
  if (elapsed > 0 && frames > 0) state.frames_per_second = static_cast<double>(frames) / elapsed;
  if (progress.frames_total > 0) {
    const int64_t done = std::clamp<int64_t>(progress.frames_done, 0, progress.frames_total);
    state.percent = static_cast<int>(done * 100 / progress.frames_total);
    const auto left = static_cast<double>(progress.frames_total - done);
    if (state.frames_per_second) state.seconds_left = left / *state.frames_per_second;
  }
  return state;
}

// Stage and percent are always there; what does not fit is left away, the least important first.
std::string ProgressPrinter::Bar(const State& state, int columns) const {
  const auto room = static_cast<size_t>(std::max(columns - 1, 0));
  const Progress& progress = state.progress;
  std::string text = fmt::format("{:<10}", JobStageName(progress.stage));
  if (state.percent) text += fmt::format(" {:3} %", *state.percent);

  std::string left;
  if (state.seconds_left) left = fmt::format("  {} left", ClockText(*state.seconds_left));
  std::string rate;
  if (state.frames_per_second) rate = fmt::format("  {:.1f} frames/s", *state.frames_per_second);
  std::string count;
  if (progress.frames_total > 0) {
    count = fmt::format("  {}/{}", progress.frames_done, progress.frames_total);
  } else if (progress.frames_done > 0) {
    count = fmt::format("  {} frames", progress.frames_done);
  }
  std::string tail;
  if (text.size() + left.size() <= room) tail = left;
  if (text.size() + rate.size() + tail.size() <= room) tail = rate + tail;
  if (text.size() + count.size() + tail.size() <= room) tail = count + tail;

  const size_t used = text.size() + tail.size() + 4;  // " [" and "]", and one to breathe.
  if (state.percent && used + kNarrowestBar <= room) {
    const int width = static_cast<int>(std::min<size_t>(room - used, kWidestBar));
    const int full = width * *state.percent / 100;
    text += fmt::format(" [{}{}]", std::string(static_cast<size_t>(full), '#'),
                        std::string(static_cast<size_t>(width - full), '-'));
  }
  text += tail;
  return text.substr(0, room);
}

std::string ProgressPrinter::Line(const State& state) {
  const Progress& progress = state.progress;
  std::string text(JobStageName(progress.stage));
  if (progress.frames_total > 0) {
    text += fmt::format(": {} %, frame {} of {}", state.percent.value_or(0), progress.frames_done,
                        progress.frames_total);
  } else {
    text += fmt::format(": frame {}", progress.frames_done);
  }
  if (state.frames_per_second) text += fmt::format(", {:.1f} frames/s", *state.frames_per_second);
  if (state.seconds_left) text += fmt::format(", {} left", ClockText(*state.seconds_left));
  return text;
}

std::string ProgressPrinter::Json(const State& state) {
  nlohmann::ordered_json event;
  event["event"] = "progress";
  event["stage"] = JobStageName(state.progress.stage);
  event["percent"] = nullptr;
  if (state.percent) event["percent"] = *state.percent;
  event["frame"] = state.progress.frames_done;
  event["frames"] = nullptr;
  if (state.progress.frames_total > 0) event["frames"] = state.progress.frames_total;
  event["fps"] = Rounded(state.frames_per_second);
  event["eta_seconds"] = Rounded(state.seconds_left);
  return event.dump();
}

}  // namespace tapmask
