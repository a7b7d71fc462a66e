// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/content_disposition.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

std::string Attachment(std::string_view name) {
  return ContentDisposition(Disposition::kAttachment, name);
}

TEST(ContentDisposition, NamesAPlainFile) {
  EXPECT_EQ(Attachment("clip 1.mp4"), R"(attachment; filename="clip 1.mp4")");
  EXPECT_EQ(ContentDisposition(Disposition::kInline, "a.mp4"), R"(inline; filename="a.mp4")");
}

TEST(ContentDisposition, EncodesOtherAlphabets) {
  EXPECT_EQ(Attachment("Gr\u00fc\u00dfe.mp4"),
            R"(attachment; filename="Gr__e.mp4"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.mp4)");
  EXPECT_EQ(Attachment("\u20ac \U0001F600.mp4"),
            R"(attachment; filename="_ _.mp4"; filename*=UTF-8''%E2%82%AC%20%F0%9F%98%80.mp4)");
  EXPECT_EQ(Attachment("a\"b;c%20.mp4"),
            R"(attachment; filename="a_b_c_20.mp4"; filename*=UTF-8''a%22b%3Bc%2520.mp4)");
  EXPECT_EQ(Attachment("it's (1).mp4"), R"(attachment; filename="it's (1).mp4")");
}

TEST(ContentDisposition, CannotBreakOutOfTheHeaderOrTheFolder) {
  EXPECT_EQ(Attachment("a\r\nSet-Cookie: b=c.mp4"),
            R"(attachment; filename="a__Set-Cookie: b=c.mp4")");
  EXPECT_EQ(Attachment("../../etc/passwd"), R"(attachment; filename="_.._etc_passwd")");
  EXPECT_EQ(Attachment("C:\\a\\b.mp4"), R"(attachment; filename="C:_a_b.mp4")");
  EXPECT_EQ(Attachment(std::string_view("a\0b.mp4", 7)), R"(attachment; filename="a_b.mp4")");
  EXPECT_EQ(Attachment("movie\u202E4pm.exe"), R"(attachment; filename="movie_4pm.exe")");
  EXPECT_EQ(Attachment(".bashrc"), R"(attachment; filename="bashrc")");
  for (const std::string_view nothing : {"", " ", ".", "..", ". . ."}) {
    EXPECT_EQ(Attachment(nothing), R"(attachment; filename="video")") << nothing;
  }
}

TEST(ContentDisposition, MakesValidUtf8OfAnything) {
  EXPECT_EQ(Attachment("a\xff\xc3"), R"(attachment; filename="a__")");
  EXPECT_EQ(Attachment("\xc0\xaf.mp4"), R"(attachment; filename="__.mp4")");  // '/', too long.
  EXPECT_EQ(Attachment("\xed\xa0\x80"), R"(attachment; filename="___")");     // A surrogate.
  EXPECT_EQ(Attachment("\xf4\x90\x80\x80"), R"(attachment; filename="____")");
}

TEST(ContentDisposition, CutsLongNamesBetweenCharactersAndKeepsTheSuffix) {
  std::string name;
  for (int i = 0; i < 1'000; ++i) name += "\u20ac";
  const std::string value = Attachment(name + ".webm");
  EXPECT_TRUE(value.ends_with("%E2%82%AC.webm"));
  EXPECT_LT(value.size(), 700u);
  EXPECT_EQ(Attachment(std::string(300, 'x') + ".mp4"),
            "attachment; filename=\"" + std::string(146, 'x') + ".mp4\"");
  EXPECT_EQ(Attachment("a." + std::string(300, 'x')),
            "attachment; filename=\"a." + std::string(148, 'x') + "\"");
}

TEST(ContentDisposition, IsOneLineOfAsciiForAnyBytes) {
  uint64_t state = 1;
  for (int round = 0; round < 2'000; ++round) {
    std::string name;
    for (int i = 0; i < round % 40; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      name += static_cast<char>(state >> 56);
    }
    const std::string value = Attachment(name);
    for (const char c : value) ASSERT_TRUE(c >= ' ' && c < '\x7f') << value;
    const size_t quote = value.find('"'), end = value.find('"', quote + 1);
    const std::string rest = value.substr(end + 1);
    ASSERT_TRUE(rest.empty() || rest.starts_with("; filename*=UTF-8''")) << value;
    ASSERT_EQ(rest.find('"'), std::string::npos) << value;
    ASSERT_EQ(value.find('\\'), std::string::npos) << value;
  }
}

}  // namespace
}  // namespace tapmask
