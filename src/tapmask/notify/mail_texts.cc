// SPDX-License-Identifier: Apache-2.0
#include "tapmask/notify/mail_texts.h"

namespace tapmask {
namespace {

struct Both {
  MailText english, german;
};

constexpr Both kVerifyEmail = {
    {"Confirm your e-mail address",
     "Somebody, most likely you, opened a TapMask account with this address. Open this link to "
     "confirm that it is yours:",
     "Confirm the address",
     "The link works once and for a short time. If it was not you, you need not do anything: "
     "without the link the account cannot be used."},
    {"Bestätigen Sie Ihre E-Mail-Adresse",
     "Jemand, wahrscheinlich Sie selbst, hat mit dieser Adresse ein TapMask-Konto eröffnet. Öffnen "
     "Sie diesen Link, um zu bestätigen, dass sie Ihnen gehört:",
     "Adresse bestätigen",
     "Der Link funktioniert einmal und nur kurze Zeit. Wenn Sie es nicht waren, brauchen Sie "
     "nichts zu tun: Ohne den Link kann das Konto nicht benutzt werden."}};

constexpr Both kResetPassword = {
    {"Choose a new password",
     "Somebody, most likely you, asked for a new password for your TapMask account. Open this link "
     "to choose one:",
     "Choose a password",
     "The link works once and for a short time. A new password signs you out everywhere and "
     "revokes all API keys of your account. If it was not you, you need not do anything: your "
     "password stays as it is."},
    {"Wählen Sie ein neues Passwort",
     "Jemand, wahrscheinlich Sie selbst, hat für Ihr TapMask-Konto um ein neues Passwort gebeten. "
     "Öffnen Sie diesen Link, um eines zu wählen:",
     "Passwort wählen",
     "Der Link funktioniert einmal und nur kurze Zeit. Ein neues Passwort meldet Sie überall "
     "ab und widerruft alle API-Schlüssel Ihres Kontos. Wenn Sie es nicht waren, brauchen Sie "
     "nichts zu tun: Ihr Passwort bleibt, wie es ist."}};

constexpr Both kJobComplete = {
    {"Your video is ready",
     "The video that you worked on is done. Have a look at it and download it here:",
     "Open the video",
     "Please look through the frames that the page lists for review before you publish it. Videos "
     "are kept for a short time only; the page says until when."},
    {"Ihr Video ist fertig",
     "Das Video, an dem Sie gearbeitet haben, ist fertig. Hier können Sie es ansehen und "
     "herunterladen:",
     "Video öffnen",
     "Bitte sehen Sie die Bilder durch, die die Seite zur Prüfung aufführt, bevor Sie es "
     "veröffentlichen. Videos werden nur kurze Zeit aufbewahrt; die Seite sagt, bis wann."}};

constexpr Both kJobFailed = {
    {"Your video could not be finished",
     "The video that you worked on could not be finished. This page says why, and what you can do:",
     "See what happened", "It does not count towards the videos of your month."},
    {"Ihr Video konnte nicht fertiggestellt werden",
     "Das Video, an dem Sie gearbeitet haben, konnte nicht fertiggestellt werden. Diese Seite "
     "sagt, warum, und was Sie tun können:",
     "Ansehen, was geschehen ist", "Es zählt nicht zu den Videos Ihres Monats."}};

const Both& BothOf(MailKind kind) {
  switch (kind) {
    case MailKind::kVerifyEmail: return kVerifyEmail;
    case MailKind::kResetPassword: return kResetPassword;
    case MailKind::kJobComplete: return kJobComplete;
    case MailKind::kJobFailed: break;
  }
  return kJobFailed;
}

}  // namespace

std::string_view LanguageName(Language language) {
  switch (language) {
    case Language::kEnglish: return "en";
    case Language::kGerman: break;
  }
  return "de";
}

std::optional<Language> ParseLanguage(std::string_view name) {
  for (const Language language : {Language::kEnglish, Language::kGerman}) {
    if (name == LanguageName(language)) return language;
  }
  return std::nullopt;
}

const MailText& TextOf(MailKind kind, Language language) {
  const Both& both = BothOf(kind);
  return language == Language::kGerman ? both.german : both.english;
}

std::string_view MailFooter(Language language) {
  return language == Language::kGerman
             ? "Diese Nachricht wurde automatisch verschickt; Antworten liest niemand."
             : "This message was sent automatically; nobody reads answers to it.";
}

}  // namespace tapmask
