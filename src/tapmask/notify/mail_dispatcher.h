// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>

#include "tapmask/core/clock.h"
#include "tapmask/jobs/mail_outbox.h"
#include "tapmask/jobs/user_store.h"
#include "tapmask/notify/mail_message.h"
#include "tapmask/notify/mail_sender.h"
#include "tapmask/telemetry/log.h"
#include "tapmask/telemetry/metrics.h"

namespace tapmask {

// For the start of the program: why no mail is sent, and what to set.
constexpr std::string_view kMailIsOff =
    "No mail is sent: no mail server is set. Without mail people can register only from this "
    "machine, and nobody can reset a password; `tapmask user add` makes accounts. Set smtp.host "
    "and "
    "smtp.from to change that.";

// How long a mail waits before its next try: 1, 2, 4, … minutes, at most 4 hours. Nothing: it has
// been tried for about a day, and is given up. `tries` >= 1: those that failed.
std::optional<std::chrono::minutes> MailBackoff(int tries);

// Takes mails from the outbox and sends them. The address is looked up only now: an account that
// was erased gets none, and one that was not verified only the mails that verify it.
//
// One mail is sent once, unless a process dies between the server's answer and the note of it, or
// the answer gets lost; both have the same Message-ID. Any number of processes may do it. Use one
// object from one thread at a time.
class MailDispatcher {
 public:
  // All must outlive the dispatcher. `sender` null: mail is off; what is in the outbox is given up,
  // so that nothing old goes out when it is turned on. Throws kInvalidArgument for settings that
  // cannot work, unless it is off.
  MailDispatcher(MailOutbox& outbox, UserStore& users, MailSender* sender, MailSettings settings,
                 Log log, Metrics& metrics);

  // Sends the mail that is due, if any. False: there was none, look again later. Throws what the
  // stores throw.
  bool SendNext(Time now, std::stop_token stop = {});

 private:
  enum class Outcome { kSent, kLater, kGivenUp };
  Outcome Try(const Mail& mail, Time now, std::stop_token stop);

  MailOutbox& outbox_;
  UserStore& users_;
  MailSender* const sender_;
  const MailSettings settings_;
  const Log log_;
  Metrics& metrics_;
};

}  // namespace tapmask
