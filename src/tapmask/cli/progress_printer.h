// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "tapmask/pipeline/progress.h"

namespace tapmask {

// Shows how far a job is. Percent, frames a second and the time left are those of the stage that
// is running; the rate is the mean of the last few seconds.
//
// Not thread-safe: used on the thread that runs the job.
class ProgressPrinter {
 public:
  enum class Form {
    kNone,
    kBar,    // One line of a terminal, redrawn at most ten times a second.
    kLines,  // A plain line at each new stage, and at most every five seconds.
    kJson,   // A JSON object a line, as often as the bar and at the end of each stage.
  };
  using Clock = std::function<std::chrono::steady_clock::time_point()>;
  using Columns = std::function<int()>;  // Width of the terminal now.

  // Writes to `out`, which must outlive the printer.
  ProgressPrinter(Form form, std::ostream& out, Clock now, Columns columns);

  void Show(const Progress& progress);

  // Takes the bar off the terminal, so that other words can follow. It comes back with the next
  // Show. Does nothing in the other forms.
  void Clear();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Sample {
    Time time;
    int64_t frames = 0;
  };
  struct State {
    Progress progress;
    std::optional<int> percent;  // Rounded down: 100 only when all is done.
    std::optional<double> frames_per_second;
    std::optional<double> seconds_left;
  };

  State Measure(const Progress& progress, Time now);
  std::string Bar(const State& state, int columns) const;
  static std::string Line(const State& state);
  static std::string Json(const State& state);

  const Form form_;
  std::ostream& out_;
  const Clock now_;
  const Columns columns_;
  std::optional<JobStage> stage_;  // Empty before the first Show.
  std::deque<Sample> samples_;     // Of this stage, oldest first.
  Time last_shown_;
  bool bar_is_drawn_ = false;
};

// "0:07", "12:30", "1:02:03"; parts of a second count as a whole one.
std::string ClockText(double seconds);

}  // namespace tapmask
