// SPDX-License-Identifier: Apache-2.0
#include "tapmask/notify/mail_message.h"

#include <cctype>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/notify/mime.h"

namespace tapmask {
namespace {

using namespace std::string_literals;

const Time kNow = *ParseTime("2026-03-01T12:34:56.789Z");

MailSettings Settings(Language language = Language::kEnglish) {
  return {.base_url = "https://tapmask.example",
          .from_address = "noreply@tapmask.example",
          .from_name = "TapMask",
          .language = language};
}

Mail TestMail(MailKind kind = MailKind::kJobComplete) {
  Mail mail;
  mail.id = *MailId::Parse("3f2b8c1e-7d4a-4c59-8e6f-0a1b2c3d4e5f");
  mail.kind = kind;
  mail.user_id = UserId::New();
  mail.link = "/jobs/0c6dd2f4-3a5b-4f1e-9d3c-1a2b3c4d5e6f?from=mail&x=1";
  return mail;
}

std::vector<std::string> Lines(const std::string& message) {
  std::vector<std::string> lines;
  for (size_t from = 0; from < message.size();) {
    const size_t end = message.find("\r\n", from);
    EXPECT_NE(end, std::string::npos);
    lines.push_back(message.substr(from, end - from));
    from = end + 2;
  }
  return lines;
}

std::string Decoded(const std::string& quoted) {
  std::string text;
  for (size_t i = 0; i < quoted.size(); ++i) {
    if (quoted.compare(i, 3, "=\r\n") == 0) {
      i += 2;
    } else if (quoted[i] == '=' && i + 2 < quoted.size() && std::isxdigit(quoted[i + 1]) &&
               std::isxdigit(quoted[i + 2])) {  // Others stand in headers.
      text += static_cast<char>(std::stoi(quoted.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else if (quoted.compare(i, 2, "\r\n") == 0) {
      text += '\n';
      ++i;
    } else {
      text += quoted[i];
    }
  }
  return text;
}

std::string Header(const std::string& message, const std::string& name) {
  std::string value;
  for (const std::string& line : Lines(message)) {
    if (line.empty()) break;
    if (line.starts_with(name + ": ")) {
      value = line.substr(name.size() + 2);
    } else if (!value.empty() && line[0] == ' ') {
      value += "\n" + line;
    } else if (!value.empty()) {
      break;
    }
  }
  return value;
}

TEST(ComposeMail, HasTheHeadersOfAMessage) {
  const std::string message = ComposeMail(Settings(), TestMail(), "ann@example.org", kNow);

  EXPECT_EQ(Header(message, "Date"), "Sun, 01 Mar 2026 12:34:56 +0000");
  EXPECT_EQ(Header(message, "From"), "\"TapMask\" <noreply@tapmask.example>");
  EXPECT_EQ(Header(message, "To"), "<ann@example.org>");
  EXPECT_EQ(Header(message, "Subject"), "Your video is ready");
  EXPECT_EQ(Header(message, "Message-ID"),
            "<3f2b8c1e-7d4a-4c59-8e6f-0a1b2c3d4e5f@tapmask.example>");
  EXPECT_EQ(Header(message, "MIME-Version"), "1.0");
  EXPECT_EQ(Header(message, "Auto-Submitted"), "auto-generated");
  EXPECT_EQ(message, ComposeMail(Settings(), TestMail(), "ann@example.org", kNow));
}

TEST(ComposeMail, SaysTheSameInTextAndHtmlInEveryLanguage) {
  std::set<std::string> subjects;
  for (const Language language : {Language::kEnglish, Language::kGerman}) {
    for (const MailKind kind : {MailKind::kVerifyEmail, MailKind::kResetPassword,
                                MailKind::kJobComplete, MailKind::kJobFailed}) {
      const std::string message =
          ComposeMail(Settings(language), TestMail(kind), "ann@example.org", kNow);
      const std::string text = Decoded(message);
      const MailText& words = TextOf(kind, language);

      subjects.insert(std::string(words.subject));
      EXPECT_EQ(Header(message, "Content-Language"), LanguageName(language));
      for (const std::string_view word : {words.before, words.after}) {
        const size_t first = text.find(word);
        ASSERT_NE(first, std::string::npos) << word;
        EXPECT_NE(text.find(word, first + 1), std::string::npos) << word;
      }
      EXPECT_NE(text.find(">" + std::string(words.button) + "</a>"), std::string::npos);
      const std::string url = "https://tapmask.example/jobs/0c6dd2f4-3a5b-4f1e-9d3c-1a2b3c4d5e6f";
      EXPECT_NE(text.find("\n" + url + "?from=mail&x=1\n"), std::string::npos);
      EXPECT_NE(text.find("href=\"" + url + "?from=mail&amp;x=1\""), std::string::npos);
    }
  }
  EXPECT_EQ(subjects.size(), 8u);
}

TEST(ComposeMail, IsMadeOfShortLinesOfAsciiWithBoundariesThatDoNotOccurElsewhere) {
  for (const Language language : {Language::kEnglish, Language::kGerman}) {
    const std::string message =
        ComposeMail(Settings(language), TestMail(MailKind::kVerifyEmail), "a@example.org", kNow);
    const std::string boundary = "--=_3f2b8c1e-7d4a-4c59-8e6f-0a1b2c3d4e5f";
    int boundaries = 0;
    for (const std::string& line : Lines(message)) {
      EXPECT_LE(line.size(), 78u) << line;
      for (const char c : line) ASSERT_TRUE(c >= ' ' && c < '\x7f') << line;
      if (line == boundary || line == boundary + "--") ++boundaries;
    }
    EXPECT_EQ(boundaries, 3);
  }
}

TEST(ComposeMail, LetsNothingIntoItsHeaders) {
  const std::vector<std::string> bad = {"a@example.org\r\nBcc: b@example.org",
                                        "a@example.org\nBcc: b",
                                        "a@example.org>, <b@example.org",
                                        "a@example.org, b@example.org",
                                        "a\0@example.org"s,
                                        "",
                                        "a@example.org\r",
                                        "\"a b\"@example.org",
                                        "a@exämple.org"};
  for (const std::string& to : bad) {
    EXPECT_THROW(ComposeMail(Settings(), TestMail(), to, kNow), Error) << to;
    MailSettings settings = Settings();
    settings.from_address = to;
    EXPECT_THROW(ComposeMail(settings, TestMail(), "a@example.org", kNow), Error) << to;
  }
  for (const std::string& name : {"A\r\nBcc: b@example.org"s, "A\0"s, ""s, std::string(300, 'x')}) {
    MailSettings settings = Settings();
    settings.from_name = name;
    EXPECT_THROW(ComposeMail(settings, TestMail(), "a@example.org", kNow), Error) << name;
  }
  Mail mail = TestMail();
  mail.id = MailId();
  EXPECT_THROW(ComposeMail(Settings(), mail, "a@example.org", kNow), Error);
}

TEST(ComposeMail, LinksToAPageOfTheAppAndNowhereElse) {
  for (const std::string& link :
       {""s, "jobs/1"s, "//evil.example"s, "https://evil.example"s, "/\\evil.example"s,
        "/a@evil.example"s, "/a\r\nBcc: b"s, "/a b"s, "/\"onclick=x"s, "/<b>"s, "/a'b"s,
        "/api/v1/download/1"s, "/api"s, "/%61pi/v1/download/1"s, "/x/../api/v1"s, "/\xc3\xa4"s,
        "/a\0"s, "/" + std::string(2'000, 'x')}) {
    Mail mail = TestMail();
    mail.link = link;
    EXPECT_THROW(ComposeMail(Settings(), mail, "a@example.org", kNow), Error) << link;
  }
  EXPECT_EQ(MailUrl(Settings(), "/"), "https://tapmask.example/");
  EXPECT_EQ(MailUrl(Settings(), "/verify?token=a-b_c%3D"),
            "https://tapmask.example/verify?token=a-b_c%3D");
}

TEST(ComposeMail, RefusesAnAddressOfTheAppThatIsNone) {
  for (const char* url :
       {"", "https://", "tapmask.example", "ftp://a.example", "https://a.example/",
        "https://a.example?x", "https://a b", "javascript:alert(1)", "https:///a",
        "https://u:p@a.example", "https://a.example\r\nX: y"}) {
    MailSettings settings = Settings();
    settings.base_url = url;
    EXPECT_THROW(CheckMailSettings(settings), Error) << url;
  }
  for (const char* url :
       {"http://127.0.0.1:8080", "https://a.example/tapmask", "https://[::1]:80"}) {
    MailSettings settings = Settings();
    settings.base_url = url;
    EXPECT_NO_THROW(CheckMailSettings(settings)) << url;
  }
}

TEST(Mime, EncodesHeadersOfOtherAlphabetsInShortLinesOfWholeCharacters) {
  EXPECT_EQ(EncodedHeaderText("Plain (text)"), "Plain (text)");
  EXPECT_EQ(EncodedHeaderText("Gr\u00fc\u00dfe"), "=?UTF-8?B?R3LDvMOfZQ==?=");
  EXPECT_EQ(EncodedHeaderText("=?UTF-8?B?QQ==?="), "=?UTF-8?B?PT9VVEYtOD9CP1FRPT0/PQ==?=");
  EXPECT_EQ(EncodedDisplayName("A \"b\" \\"), R"("A \"b\" \\")");
  EXPECT_EQ(EncodedDisplayName("M\u00fcller"), "=?UTF-8?B?TcO8bGxlcg==?=");

  std::string longest;
  for (int i = 0; i < 40; ++i) longest += "\u20ac";  // Three bytes each.
  const std::string encoded = EncodedHeaderText(longest);
  for (const std::string& line : Lines(encoded + "\r\n")) EXPECT_LE(line.size(), 76u);
  EXPECT_EQ(
      encoded.substr(0, 10 + 60 + 2), "=?UTF-8?B?" + [] {
        std::string words;
        for (int i = 0; i < 15; ++i) words += "4oKs";
        return words;
      }() + "?=");
  // Bytes that never begin a character do not make it go on for ever.
  EXPECT_FALSE(EncodedHeaderText(std::string(200, '\x80')).empty());
}

TEST(Mime, QuotedPrintableKeepsEveryByteInLinesOf76) {
  EXPECT_EQ(QuotedPrintable("a=b\u00fc \n-- \n"), "a=3Db=C3=BC=20\r\n--=20\r\n");
  EXPECT_EQ(QuotedPrintable(""), "");
  uint64_t state = 1;
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < round; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      text += static_cast<char>(state >> 56);
    }
    text += '\n';
    const std::string quoted = QuotedPrintable(text);
    for (const std::string& line : Lines(quoted)) {
      ASSERT_LE(line.size(), 76u);
      ASSERT_TRUE(line.empty() || line.back() != ' ');
    }
    ASSERT_EQ(Decoded(quoted), text);
  }
}

TEST(Mime, WritesDatesOfEveryDay) {
  EXPECT_EQ(MailDate(*ParseTime("2024-02-29T00:00:00.000Z")), "Thu, 29 Feb 2024 00:00:00 +0000");
  EXPECT_EQ(MailDate(*ParseTime("2026-12-31T23:59:59.999Z")), "Thu, 31 Dec 2026 23:59:59 +0000");
}

TEST(Language, NamesAreReadAgain) {
  EXPECT_EQ(ParseLanguage("en"), Language::kEnglish);
  EXPECT_EQ(ParseLanguage("de"), Language::kGerman);
  EXPECT_EQ(ParseLanguage("fr"), std::nullopt);
}

}  // namespace
}  // namespace tapmask
