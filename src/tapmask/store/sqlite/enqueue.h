// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/jobs/job_store.h"
#include "tapmask/store/sqlite/connection.h"

namespace tapmask::sqlite {

// The parts of JobStore::Enqueue, for callers that have something to do in between. All within
// the caller's transaction.

bool IsJobThere(Connection& connection, const JobId& id);
// kNew: there is room for the job, in the queue and in its user's limits.
Enqueued RoomFor(Connection& connection, const JobRules& rules, const NewJob& job, Time now);
void InsertJob(Connection& connection, const NewJob& job, Time now);

QuotaUse QuotaOf(Connection& connection, const JobRules& rules, const UserId& user_id, Time now);

}  // namespace tapmask::sqlite
