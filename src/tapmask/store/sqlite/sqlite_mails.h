// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tapmask/jobs/mail_outbox.h"
#include "tapmask/store/sqlite/database.h"

namespace tapmask::sqlite {

// A mail is due while it has `due_at`, has ended while it has `ended_at`, and has neither once only
// the pair of job and kind is kept.
class SqliteMails final : public MailOutbox {
 public:
  explicit SqliteMails(Database& database) : database_(database) {}  // Must outlive it.

  bool Add(const Mail& mail) override;
  std::optional<Mail> Take(Time now, Time held_until) override;
  void Sent(const MailId& id, Time now) override;
  void NotSent(const MailId& id, std::optional<Time> retry_at) override;
  int Forget(Time before) override;

 private:
  Database& database_;
};

}  // namespace tapmask::sqlite
