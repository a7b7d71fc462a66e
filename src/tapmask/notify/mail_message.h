// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tapmask/core/clock.h"
#include "tapmask/jobs/mail_outbox.h"
#include "tapmask/notify/mail_texts.h"

namespace tapmask {

// What is the same in all mails.
struct MailSettings {
  std::string base_url;      // Where the app is found from outside, "https://tapmask.example".
  std::string from_address;  // See IsMailAddress.
  std::string from_name = "TapMask";
  Language language = Language::kEnglish;
};

// Throws kInvalidArgument with a sentence that says which setting is wrong.
void CheckMailSettings(const MailSettings& settings);

// The address that a mail's link has in the app. Throws kInvalidArgument when `link` is anything
// but the path and query of a page: a mail never leads elsewhere, nor to the API's files.
std::string MailUrl(const MailSettings& settings, std::string_view link);

// The whole message as RFC 5322 and MIME have it, lines ended by CRLF: text and HTML as
// alternatives, both the same words. The same for the same arguments: its Message-ID is made of the
// mail's id, so that a second delivery of the same mail can be told.
//
// Nothing of the arguments can become a header or a second address. Throws kInvalidArgument for
// settings or an address or a link that are not as they should be.
std::string ComposeMail(const MailSettings& settings, const Mail& mail, std::string_view to_address,
                        Time now);

}  // namespace tapmask
