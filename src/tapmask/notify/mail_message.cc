// SPDX-License-Identifier: Apache-2.0
#include "tapmask/notify/mail_message.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/core/mail_address.h"
#include "tapmask/notify/mime.h"

namespace tapmask {
namespace {

[[noreturn]] void Refuse(const std::string& sentence) {
  throw Error(Code::kInvalidArgument, sentence);
}

// Characters of a URL that mean nothing in HTML, in a header, or to a shell.
bool IsUrlText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~:/?#[]@!*+,;=&%").find(c) != std::string_view::npos;
  });
}

std::string PlainBody(const MailText& text, const std::string& url, const MailSettings& settings) {
  return fmt::format("{}\n\n{}\n\n{}\n\n-- \n{}\n{}\n", text.before, url, text.after,
                     MailFooter(settings.language), settings.base_url);
}

// Nothing is fetched from anywhere, so that nobody learns that the mail was read.
std::string HtmlBody(const MailText& text, const std::string& url, const MailSettings& settings) {
  return fmt::format(
      R"(<!DOCTYPE html>
<html lang="{lang}">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 36em">
<p>{before}</p>
<p><a href="{url}" style="display: inline-block; padding: 0.6em 1.2em; background: #1d4ed8; color: #ffffff; text-decoration: none; border-radius: 0.3em">{button}</a></p>
<p>{after}</p>
<hr>
<p><small>{footer}<br>{base}</small></p>
</body>
</html>
)",
      fmt::arg("lang", LanguageName(settings.language)),
      fmt::arg("subject", HtmlEscaped(text.subject)), fmt::arg("before", HtmlEscaped(text.before)),
      fmt::arg("url", HtmlEscaped(url)), fmt::arg("button", HtmlEscaped(text.button)),
      fmt::arg("after", HtmlEscaped(text.after)),
      fmt::arg("footer", HtmlEscaped(MailFooter(settings.language))),
      fmt::arg("base", HtmlEscaped(settings.base_url)));
}

std::string Part(std::string_view type, const std::string& body) {
  return fmt::format(
      "Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}",
      type, QuotedPrintable(body));
}

}  // namespace

void CheckMailSettings(const MailSettings& settings) {
  const std::string& url = settings.base_url;
  const size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || url.size() == scheme || url.size() > 500 || url.back() == '/' ||
      url[scheme] == '/' || !IsUrlText(url) || url.find_first_of("?#@") != std::string::npos) {
    Refuse("The app's address must be as https://HOST, with nothing behind it; mails link to it.");
  }
  if (!IsMailAddress(settings.from_address)) {
    Refuse("The sender of mails must be an address as tapmask@example.org.");
  }
  const bool has_controls =
      std::any_of(settings.from_name.begin(), settings.from_name.end(),
                  [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; });
  if (settings.from_name.empty() || settings.from_name.size() > 200 || has_controls) {
    Refuse("The sender's name in mails must be one short line.");
  }
}

std::string MailUrl(const MailSettings& settings, std::string_view link) {
  if (!link.starts_with('/') || link.starts_with("//") || link.size() > 1'000 || !IsUrlText(link) ||
      link.find("..") != std::string_view::npos || link.find('@') != std::string_view::npos) {
    Refuse("A mail's link must be a path of the app.");
  }
  if (link == "/api" || link.starts_with("/api/") || link.find('%') < link.find('?')) {
    Refuse("A mail's link must lead to a page.");
  }
  return settings.base_url + std::string(link);
}

std::string ComposeMail(const MailSettings& settings, const Mail& mail, std::string_view to_address,
                        Time now) {
  CheckMailSettings(settings);
  if (!IsMailAddress(to_address)) Refuse("This is no address that mail can be sent to.");
  if (mail.id.Empty()) Refuse("A mail needs an id.");
  const std::string url = MailUrl(settings, mail.link);
  const MailText& text = TextOf(mail.kind, settings.language);
  // "=_" stands in no quoted-printable text, so this cannot occur in the parts.
  const std::string boundary = "=_" + mail.id.text();
  return fmt::format(
      "Date: {date}\r\n"
      "From: {name} <{from}>\r\n"
      "To: <{to}>\r\n"
      "Subject: {subject}\r\n"
      "Message-ID: <{id}@{domain}>\r\n"
      "Auto-Submitted: auto-generated\r\n"
      "Content-Language: {language}\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative;\r\n boundary=\"{boundary}\"\r\n"
      "\r\n"
      "--{boundary}\r\n{plain}\r\n"
      "--{boundary}\r\n{html}\r\n"
      "--{boundary}--\r\n",
      fmt::arg("date", MailDate(now)), fmt::arg("name", EncodedDisplayName(settings.from_name)),
      fmt::arg("from", settings.from_address), fmt::arg("to", to_address),
      fmt::arg("subject", EncodedHeaderText(text.subject)), fmt::arg("id", mail.id.text()),
      fmt::arg("domain", MailDomain(settings.from_address)),
      fmt::arg("language", LanguageName(settings.language)), fmt::arg("boundary", boundary),
      fmt::arg("plain", Part("text/plain", PlainBody(text, url, settings))),
      fmt::arg("html", Part("text/html", HtmlBody(text, url, settings))));
}

}  // namespace tapmask
