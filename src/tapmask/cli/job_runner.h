// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "tapmask/cli/job_options.h"
#include "tapmask/cli/review_text.h"
#include "tapmask/pipeline/job.h"

namespace tapmask {

// A progress printer for the terminal or the pipe that the program runs on.
ProgressSink MakeProgressSink(const TalkOptions& talk, const Streams& streams);

// Does a whole job: files checked first, progress shown, Ctrl-C heard, and in the end everything
// told that the user must know, on stderr, as an event and in the report. Throws Error.
using JobCall = std::function<JobResult(const ProgressSink&, std::stop_token)>;
ExitCode RunJob(const JobArguments& arguments, const std::optional<Covering>& covering,
                const Streams& streams, const JobCall& call);

}  // namespace tapmask
