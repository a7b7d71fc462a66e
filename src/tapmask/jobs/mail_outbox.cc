// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/mail_outbox.h"

namespace tapmask {

std::string_view MailKindName(MailKind kind) {
  switch (kind) {
    case MailKind::kVerifyEmail: return "verify_email";
    case MailKind::kResetPassword: return "reset_password";
    case MailKind::kJobComplete: return "job_complete";
    case MailKind::kJobFailed: return "job_failed";
  }
  return "";
}

std::optional<MailKind> ParseMailKind(std::string_view name) {
  for (const MailKind kind : {MailKind::kVerifyEmail, MailKind::kResetPassword,
                              MailKind::kJobComplete, MailKind::kJobFailed}) {
    if (name == MailKindName(kind)) return kind;
  }
  return std::nullopt;
}

std::string JobLink(const JobId& id) {
  return "/jobs/" + id.text();
}

}  // namespace tapmask
