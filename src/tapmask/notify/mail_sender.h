// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

namespace tapmask {

enum class SendResult {
  kSent,     // The server has taken it over.
  kLater,    // Another try may succeed: no connection, a passing refusal, wrong settings.
  kRefused,  // The server will take no such mail for this address.
};

std::string_view SendResultName(SendResult result);  // "sent", "later", "refused"

// Brings a message on its way.
class MailSender {
 public:
  virtual ~MailSender() = default;
  // `to_address` passes IsMailAddress; `message` is what ComposeMail makes. Gives up, with kLater,
  // when it is asked to stop. After kLater the server may still have got it: mail is sent at least
  // once.
  virtual SendResult Send(std::string_view to_address, const std::string& message,
                          std::stop_token stop) = 0;
};

}  // namespace tapmask
