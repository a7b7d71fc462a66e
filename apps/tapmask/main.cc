// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <malloc.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "tapmask/cli/command_line.h"
#include "tapmask/media/media_facts.h"
#include "tapmask/motion/opencv_threads.h"

int main(int argc, char** argv) {
  // New memory is zero and freed memory overwritten, also inside the libraries: nothing of a hidden
  // picture stays about, and no byte of an output can depend on it.
  mallopt(M_PERTURB, 0xff);  // NOLINT(concurrency-mt-unsafe): no thread has begun.
  tapmask::SetFfmpegLogging(false);
  tapmask::UseNoOpenCvThreads();
  const tapmask::Streams streams{std::cout, std::cerr, isatty(STDERR_FILENO) == 1};
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(tapmask::RunCommandLine(arguments, streams));
}
