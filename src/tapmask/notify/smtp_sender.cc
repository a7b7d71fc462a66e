// SPDX-License-Identifier: Apache-2.0
#include "tapmask/notify/smtp_sender.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <curl/curl.h>
#include <memory>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/core/mail_address.h"

namespace tapmask {
namespace {

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Message {
  const std::string& text;
  size_t sent = 0;
};

size_t ReadMessage(char* out, size_t size, size_t count, void* user) {
  Message& message = *static_cast<Message*>(user);
  const size_t bytes = std::min(size * count, message.text.size() - message.sent);
  std::memcpy(out, message.text.data() + message.sent, bytes);
  message.sent += bytes;
  return bytes;
}

int StopWhenAsked(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<std::stop_token*>(user)->stop_requested() ? 1 : 0;
}

bool IsThisMachine(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool HasControls(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; });
}

void CheckOptions(const SmtpOptions& options) {
  const auto refuse = [](const char* sentence) { throw Error(Code::kInvalidArgument, sentence); };
  const bool is_host = !options.host.empty() && options.host.size() <= 255 &&
                       std::all_of(options.host.begin(), options.host.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':';
                       });
  if (!is_host) refuse("The mail server must be a host's name or address.");
  if (options.port < 1 || options.port > 65535) {
    refuse("The mail server's port must be from 1 to 65535.");
  }
  if (!IsMailAddress(options.from_address)) {
    refuse("The sender of mails must be an address as tapmask@example.org.");
  }
  if (HasControls(options.user) || HasControls(options.password)) {
    refuse("The login for the mail server must be one line.");
  }
  if (options.user.empty() != options.password.empty()) {
    refuse("The login for the mail server needs both a name and a password.");
  }
  if (options.security == SmtpSecurity::kNone && !options.user.empty() &&
      !IsThisMachine(options.host)) {
    refuse("A password is not sent in clear over the network: use starttls or tls for mail.");
  }
  if (options.connect_timeout.count() < 1 || options.total_timeout.count() < 1) {
    refuse("The time for sending a mail must be at least 1 ms.");
  }
}

std::string UrlOf(const SmtpOptions& options) {
  const bool is_v6 = options.host.find(':') != std::string::npos;
  // The path is the name that we greet with: this machine's own is nobody's business.
  return (options.security == SmtpSecurity::kTls ? "smtps://" : "smtp://") +
         (is_v6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port) +
         "/" + std::string(MailDomain(options.from_address));
}

SendResult ResultOf(CURLcode code, long reply, std::string_view why, bool is_handed_over) {
  if (code == CURLE_OK) return SendResult::kSent;
  // Only what is said of the address or of the message counts against them; a server that refuses
  // us, our login or our sender may be set right. libcurl tells the address by its text alone.
  const bool is_of_mail = why.starts_with("RCPT failed") || is_handed_over;
  return is_of_mail && reply >= 500 && reply <= 599 ? SendResult::kRefused : SendResult::kLater;
}

}  // namespace

std::string_view SendResultName(SendResult result) {
  switch (result) {
    case SendResult::kSent: return "sent";
    case SendResult::kLater: return "later";
    case SendResult::kRefused: break;
  }
  return "refused";
}

SmtpSender::SmtpSender(SmtpOptions options, Log log)
    : options_(std::move(options)), log_(std::move(log)) {
  CheckOptions(options_);
  // Once for the process, whoever is first; libcurl is never unloaded.
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kReady != CURLE_OK) throw Error(Code::kInternal, "Mail cannot be sent.", "curl_global_init");
}

SendResult SmtpSender::Send(std::string_view to_address, const std::string& message,
                            std::stop_token stop) {
  if (!IsMailAddress(to_address)) return SendResult::kRefused;
  const std::unique_ptr<CURL, FreeCurl> curl(curl_easy_init());
  const std::unique_ptr<curl_slist, FreeCurl> to(
      curl_slist_append(nullptr, ("<" + std::string(to_address) + ">").c_str()));
  if (!curl || !to) return SendResult::kLater;

  Message left{message};
  std::array<char, CURL_ERROR_SIZE> why{};
  bool is_set = true;
  const auto set = [&](CURLoption option, auto value) {
    is_set = is_set && curl_easy_setopt(curl.get(), option, value) == CURLE_OK;
  };
  set(CURLOPT_ERRORBUFFER, why.data());
  set(CURLOPT_URL, UrlOf(options_).c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.total_timeout.count()));
  if (options_.security == SmtpSecurity::kStartTls) {
    set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  }
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
  if (!options_.user.empty()) {
    set(CURLOPT_USERNAME, options_.user.c_str());
    set(CURLOPT_PASSWORD, options_.password.c_str());
  }
  set(CURLOPT_MAIL_FROM, ("<" + options_.from_address + ">").c_str());
  set(CURLOPT_MAIL_RCPT, to.get());
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, ReadMessage);
  set(CURLOPT_READDATA, static_cast<void*>(&left));
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, StopWhenAsked);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&stop));
  if (!is_set) {
    log_.Error("mail_cannot_be_set_up");
    return SendResult::kLater;
  }

  const CURLcode code = curl_easy_perform(curl.get());
  long reply = 0;
  (void)curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply);
  const SendResult result = ResultOf(code, reply, why.data(), left.sent == message.size());
  if (result != SendResult::kSent) {
    // Not `why`: servers repeat the address in their answers.
    log_.Warning("smtp_failed", {{"result", result, SendResultName},
                                 {"curl_code", static_cast<int>(code)},
                                 {"smtp_reply", reply}});
  }
  return result;
}

}  // namespace tapmask
