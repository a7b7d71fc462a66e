// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "tapmask/jobs/mail_outbox.h"

namespace tapmask {

enum class Language { kEnglish, kGerman };

std::string_view LanguageName(Language language);  // "en", "de"
std::optional<Language> ParseLanguage(std::string_view name);

// What a mail of one kind says, plain text in UTF-8. None of it names the video or the person: a
// mailbox may be read by others.
struct MailText {
  std::string_view subject;
  std::string_view before;  // The link,
  std::string_view button;  // what the link is called in HTML,
  std::string_view after;   // and what follows it.
};
const MailText& TextOf(MailKind kind, Language language);

// The last line of every mail; the app's address stands behind it.
std::string_view MailFooter(Language language);

}  // namespace tapmask
