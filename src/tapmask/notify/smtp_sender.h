// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "tapmask/notify/mail_sender.h"
#include "tapmask/telemetry/log.h"

namespace tapmask {

enum class SmtpSecurity {
  kStartTls,  // Encrypted or not at all.
  kTls,       // Encrypted from the first byte, usually port 465.
  kNone,      // In clear; for a server on this machine.
};

struct SmtpOptions {
  std::string host;  // A name or an address.
  int port = 587;    // [1, 65535]
  SmtpSecurity security = SmtpSecurity::kStartTls;
  std::string user, password;     // Empty: no login.
  std::string from_address;       // Of the envelope; gets what cannot be delivered.
  std::filesystem::path ca_file;  // Certificates to trust; empty: the system's.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds total_timeout = std::chrono::seconds(60);
};

// Sends by SMTP, by libcurl. Certificates are always checked, proxies of the environment are not
// used. May be used from any thread.
class SmtpSender final : public MailSender {
 public:
  // Throws kInvalidArgument for settings that cannot work, and for a password that would go over
  // the network in clear: kNone with a login needs a `host` that is this machine.
  SmtpSender(SmtpOptions options, Log log);

  SendResult Send(std::string_view to_address, const std::string& message,
                  std::stop_token stop) override;

 private:
  const SmtpOptions options_;
  const Log log_;
};

}  // namespace tapmask
