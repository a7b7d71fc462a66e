// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "tapmask/jobs/job_rules.h"
#include "tapmask/jobs/stores.h"

namespace tapmask {

// Everything in one file (and its -wal and -shm beside it), which is made when it is not there and
// brought to the present layout when it is older. Any number of processes on one machine may have
// it open; not over a network file system. What is deleted is overwritten.
//
// Every answered call survives a power failure. One writes at a time, the others wait in line, for
// 5 seconds at most; nobody waits to read.
//
// Throws kUnavailable when the file cannot be opened, kConflict when a newer version of the program
// has made it, kInternal when it is damaged or no database of ours.
std::unique_ptr<Stores> OpenSqliteStores(const std::filesystem::path& file, const JobRules& rules);

}  // namespace tapmask
