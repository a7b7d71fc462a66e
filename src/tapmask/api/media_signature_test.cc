// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/media_signature.h"

#include <string>

#include <gtest/gtest.h>

namespace tapmask::api {
namespace {

using namespace std::string_view_literals;
using Verdict = MediaSignature::Verdict;

constexpr std::string_view kMp4 =
    "\0\0\0\x18"
    "ftypisom\0\0\2\0isomiso2"sv;
constexpr std::string_view kQuickTime =
    "\0\0\0\x14"
    "ftypqt  \0\0\2\0qt  "sv;
constexpr std::string_view kOldQuickTime = "\0\0\0\x08wide\0\1\0\0mdat"sv;
constexpr std::string_view kWebm =
    "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81"
    "\x04\x42\xf3\x81\x08\x42\x82\x84"
    "webm\x42\x87\x81\x04\x42\x85\x81\x02"sv;
constexpr std::string_view kMkv =
    "\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81"
    "\x04\x42\xf3\x81\x08\x42\x82\x88"
    "matroska\x42\x87\x81\x04\x42\x85\x81\x02"sv;
constexpr std::string_view kAvi = "RIFF\x10\x27\0\0AVI LIST"sv;

TEST(MediaSignature, TellsTheFormatsApart) {
  EXPECT_EQ(SignatureOf(kMp4, false).extension, "mp4");
  EXPECT_EQ(SignatureOf(kQuickTime, false).extension, "mov");
  EXPECT_EQ(SignatureOf(kOldQuickTime, false).extension, "mov");
  EXPECT_EQ(SignatureOf(kWebm, false).extension, "webm");
  EXPECT_EQ(SignatureOf(kMkv, false).extension, "mkv");
  EXPECT_EQ(SignatureOf(kAvi, false).extension, "avi");
}

TEST(MediaSignature, NeedsMoreOfEveryBeginningAndRefusesItWhenThatIsAll) {
  for (const std::string_view whole : {kMp4, kQuickTime, kOldQuickTime, kWebm, kMkv, kAvi}) {
    bool is_known = false;
    for (size_t size = 0; size <= whole.size(); ++size) {
      const MediaSignature more = SignatureOf(whole.substr(0, size), false);
      ASSERT_NE(more.verdict, Verdict::kRefused) << size;
      const MediaSignature all = SignatureOf(whole.substr(0, size), true);
      EXPECT_EQ(all.verdict, more.verdict == Verdict::kVideo ? Verdict::kVideo : Verdict::kRefused);
      // Once it is known, it stays so.
      EXPECT_TRUE(!is_known || more.verdict == Verdict::kVideo);
      is_known = more.verdict == Verdict::kVideo;
    }
    EXPECT_TRUE(is_known);
  }
}

TEST(MediaSignature, RefusesWhatIsNoVideoByItsFirstBytes) {
  for (const std::string_view head :
       {"Hello, this is a text."sv, "<!doctype html><html>"sv, "{\"a\":1}      "sv,
        "PK\3\4zip archive "sv, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv,
        "\xff\xd8\xff\xe0\0\x10JFIF\0\1"sv, "GIF89a\1\0\1\0\0\0"sv,
        "\x7f"
        "ELF\2\1\1\0\0\0\0\0"sv,
        "RIFF\x10\x27\0\0WAVEfmt "sv, "RIFF\x10\x27\0\0WEBPVP8 "sv, "ID3\4\0\0\0\0\0\0\0\0"sv,
        "#EXTM3U\nhttp://example.org/a.ts\n"sv,
        "\0\0\0\x18"
        "ftypheic\0\0\0\0mif1heic"sv,
        "\0\0\0\x18"
        "ftypM4A \0\0\0\0M4A mp42"sv,
        "\0\0\0\x04"
        "ftypisom"sv,
        "\x7f\xff\xff\xff"
        "ftypisom"sv,
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv, "\x47\x40\0\x10\0\0\xb0\r\0\1\xc1\0"sv}) {
    EXPECT_EQ(SignatureOf(head, false).verdict, Verdict::kRefused) << head;
  }
}

TEST(MediaSignature, RefusesEbmlThatIsAnotherThingOrBroken) {
  std::string other(kWebm);
  other.replace(other.find("webm"), 4, "xxxx");
  EXPECT_EQ(SignatureOf(other, false).verdict, Verdict::kRefused);
  // A header without DocType, one with a number that is none, one that is said to be huge.
  EXPECT_EQ(SignatureOf("\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01 more"sv, false).verdict,
            Verdict::kRefused);
  EXPECT_EQ(SignatureOf("\x1a\x45\xdf\xa3\x84\0\0\0\0\0\0"sv, false).verdict, Verdict::kRefused);
  EXPECT_EQ(SignatureOf("\x1a\x45\xdf\xa3\x01\x10\0\0\0\0\0\0"sv, false).verdict,
            Verdict::kRefused);
  EXPECT_EQ(SignatureOf("\x1a\x45\xdf\xa3\x88\x42\x82\x8fwebm"sv, false).verdict,
            Verdict::kNeedsMore);
  EXPECT_EQ(SignatureOf("\x1a\x45\xdf\xa3\x88\x42\x82\x8fwebm12345"sv, false).verdict,
            Verdict::kRefused);
}

TEST(MediaSignature, NeverNeedsMoreThanItSays) {
  // Boxes and elements that go on and on.
  std::string ebml = "\x1a\x45\xdf\xa3\x4f\xf0";
  while (ebml.size() < kSignatureBytes) ebml += "\xec\x81x";
  EXPECT_EQ(SignatureOf(ebml.substr(0, kSignatureBytes), false).verdict, Verdict::kRefused);
}

}  // namespace
}  // namespace tapmask::api
