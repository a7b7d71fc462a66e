// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <malloc.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "tapmask/cli/command_line.h"
#include "tapmask/cli/worker_link.h"
#include "tapmask/cli/worker_main.h"
#include "tapmask/media/media_facts.h"
#include "tapmask/motion/opencv_threads.h"
#include "tapmask/worker/child_main.h"
#include "tapmask/worker/child_process.h"
#include "tapmask/worker/child_tasks.h"

int main(int argc, char** argv) {
  // New memory is zero and freed memory overwritten, also inside the libraries: nothing of a hidden
  // picture stays about, and no byte of an output can depend on it.
  mallopt(M_PERTURB, 0xff);  // NOLINT(concurrency-mt-unsafe): no thread has begun.
  tapmask::SetFfmpegLogging(false);
  tapmask::UseNoOpenCvThreads();
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  // Not for people: how the service starts processes of its own.
  if (arguments == std::vector<std::string>{tapmask::kChildArgument}) {
    return tapmask::ChildMain(tapmask::WorkerTasks());
  }
  if (arguments == std::vector<std::string>{tapmask::kWorkerArgument}) {
    return tapmask::WorkerMain();
  }
  const tapmask::Streams streams{std::cout, std::cerr, isatty(STDERR_FILENO) == 1};
  return static_cast<int>(tapmask::RunCommandLine(arguments, streams));
}
