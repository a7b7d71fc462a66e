// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "tapmask/jobs/job.h"
#include "tapmask/jobs/job_rules.h"
#include "tapmask/store/sqlite/connection.h"

namespace tapmask::sqlite {

// False: no job of this kind is due. Only reads; true where every user who has one due is at
// `max_running_jobs`, too.
bool MayBeDue(Connection& connection, JobKind kind, Time now);

// The place in the line of the job of this kind whose turn it is (see JobRules), with the turn
// taken: the caller must begin it in the same transaction. Nothing: none is due.
std::optional<int64_t> TakeTurn(Connection& connection, const JobRules& rules, JobKind kind,
                                Time now);

}  // namespace tapmask::sqlite
