// SPDX-License-Identifier: Apache-2.0
#include "tapmask/notify/mail_dispatcher.h"

#include <algorithm>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/core/mail_address.h"

namespace tapmask {
namespace {

// Longer than any sender tries; then somebody else may take the mail.
constexpr std::chrono::minutes kHold{10};
constexpr int kMostTries = 14;

}  // namespace

std::optional<std::chrono::minutes> MailBackoff(int tries) {
  constexpr std::chrono::minutes kLongest{240};
  if (tries >= kMostTries) return std::nullopt;
  return std::min(kLongest, std::chrono::minutes(1 << std::clamp(tries - 1, 0, 8)));
}

MailDispatcher::MailDispatcher(MailOutbox& outbox, UserStore& users, MailSender* sender,
                               MailSettings settings, Log log, Metrics& metrics)
    : outbox_(outbox),
      users_(users),
      sender_(sender),
      settings_(std::move(settings)),
      log_(std::move(log)),
      metrics_(metrics) {
  if (sender_ == nullptr) {
    log_.Warning("mail_is_off");
  } else {
    CheckMailSettings(settings_);
  }
}

bool MailDispatcher::SendNext(Time now, std::stop_token stop) {
  const std::optional<Mail> mail = outbox_.Take(now, now + kHold);
  if (!mail) return false;
  const auto note = [&](Term outcome) {
    log_.Info("mail_tried", {{"mail_id", mail->id},
                             {"kind", mail->kind, MailKindName},
                             {"outcome", outcome},
                             {"earlier_tries", mail->attempts}});
    metrics_.MailDone(Term(mail->kind, MailKindName), outcome);
  };
  switch (Try(*mail, now, stop)) {
    case Outcome::kSent:
      outbox_.Sent(mail->id, now);
      note("sent");
      return true;
    case Outcome::kLater:
      if (stop.stop_requested()) {
        // It was not given its chance: another process may have it at once.
        outbox_.NotSent(mail->id, now);
        note("retried");
        return true;
      }
      if (const auto wait = MailBackoff(mail->attempts + 1)) {
        outbox_.NotSent(mail->id, now + *wait);
        note("retried");
        return true;
      }
      break;
    case Outcome::kGivenUp: break;
  }
  outbox_.NotSent(mail->id, std::nullopt);
  note("given_up");
  return true;
}

MailDispatcher::Outcome MailDispatcher::Try(const Mail& mail, Time now, std::stop_token stop) {
  if (sender_ == nullptr) return Outcome::kGivenUp;
  const std::optional<User> user = users_.Get(mail.user_id);
  if (!user || user->closed_at || !IsMailAddress(user->email)) return Outcome::kGivenUp;
  // Both of these show that the address is the user's.
  const bool verifies =
      mail.kind == MailKind::kVerifyEmail || mail.kind == MailKind::kResetPassword;
  if (!user->is_verified && !verifies) return Outcome::kGivenUp;
  std::string message;
  try {
    message = ComposeMail(settings_, mail, user->email, now);
  } catch (const Error& e) {
    // A link that is none: trying again changes nothing.
    log_.Error("mail_cannot_be_made", {{"mail_id", mail.id}, {"code", e.code()}});
    return Outcome::kGivenUp;
  }
  switch (sender_->Send(user->email, message, stop)) {
    case SendResult::kSent: return Outcome::kSent;
    case SendResult::kLater: return Outcome::kLater;
    case SendResult::kRefused: break;
  }
  return Outcome::kGivenUp;
}

}  // namespace tapmask
