// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tapmask {

// Keeps OpenCV to the thread that calls it, for the whole process: we spread work over threads
// ourselves, and some of its algorithms give other results with another number of threads.
// Called once, before anything else.
void UseNoOpenCvThreads();

}  // namespace tapmask
