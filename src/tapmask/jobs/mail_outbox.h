// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tapmask/core/clock.h"
#include "tapmask/core/id.h"

namespace tapmask {

enum class MailKind { kVerifyEmail, kResetPassword, kJobComplete, kJobFailed };

std::string_view MailKindName(MailKind kind);  // "verify_email", ...
std::optional<MailKind> ParseMailKind(std::string_view name);

// A mail that waits to be sent. The address is looked up when it is sent: erasing an account
// leaves none behind.
struct Mail {
  MailId id;
  MailKind kind = MailKind::kJobComplete;
  UserId user_id;
  std::optional<JobId> job_id;  // One mail for each job and kind.
  std::string link;             // Path and query within the app; never a file's own address.
  Time created_at;
  int attempts = 0;  // To send it, the present one included.
};

// The page of a job.
std::string JobLink(const JobId& id);

// Threads, durability and errors as in JobStore, whose ends put mails of jobs in here.
class MailOutbox {
 public:
  virtual ~MailOutbox() = default;

  // False: the job has a mail of this kind already, or the account is closed.
  virtual bool Add(const Mail& mail) = 0;
  // The oldest one that is due, held for whoever asked until `held_until`.
  virtual std::optional<Mail> Take(Time now, Time held_until) = 0;
  virtual void Sent(const MailId& id, Time now) = 0;
  // Tried again then; given up when there is no `retry_at`. Neither changes what was sent or given
  // up before.
  virtual void NotSent(const MailId& id, std::optional<Time> retry_at) = 0;
  // What was sent or given up before then; the pair of job and kind is kept. Returns how many.
  virtual int Forget(Time before) = 0;
};

}  // namespace tapmask
