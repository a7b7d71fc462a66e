// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tapmask/jobs/job_rules.h"
#include "tapmask/store/sqlite/job_rows.h"

namespace tapmask::sqlite {

// The moves of docs/job_states.md, with all that belongs to them: mails, refused videos, dead
// letters. Each is part of the caller's transaction and throws kInternal when it is not allowed.

void BeginAttempt(Connection& connection, JobRow row, const std::string& worker, Time lease_until,
                  Time now);
// One attempt less is counted when it `is_uncounted`.
void BackToQueue(Connection& connection, JobRow row, JobActor actor, Time not_before,
                 bool is_uncounted);
void Complete(Connection& connection, JobRow row, const JobOutcome& outcome, Time now);
void GiveUp(Connection& connection, JobRow row, JobActor actor, const std::string& error_code,
            const std::string& error_message, bool is_dead_letter, Time now);
void CancelNow(Connection& connection, JobRow row, JobActor actor, Time now);
// Its worker hears of it with its next word.
void AskToCancel(Connection& connection, const JobRow& row);

}  // namespace tapmask::sqlite
