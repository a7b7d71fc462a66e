// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "tapmask/jobs/job.h"
#include "tapmask/jobs/job_rules.h"
#include "tapmask/store/sqlite/connection.h"

namespace tapmask::sqlite {

// The place in the line of the job of this kind whose turn it is (see JobRules), with the turn
// taken: the caller must begin it in the same transaction. Nothing: none is due.
std::optional<int64_t> TakeTurn(Connection& connection, const JobRules& rules, JobKind kind,
                                Time now);

}  // namespace tapmask::sqlite
