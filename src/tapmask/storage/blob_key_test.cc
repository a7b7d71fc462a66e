// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/blob_key.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/core/id.h"

namespace tapmask {
namespace {

TEST(BlobKey, TakesTheNamesThatWeMake) {
  const std::string user = UserId::New().text(), video = VideoId::New().text();
  for (const std::string& text :
       {user + "/" + video + "/original.mp4", user + "/" + video + "/42/processed.mp4",
        std::string("a"), std::string("masks.jsonl"), std::string("a..b"), std::string("a."),
        std::string("-_-"), std::string("1/2/3/4/5/6/7/8"), std::string(100, 'x')}) {
    const auto key = BlobKey::Parse(text);
    ASSERT_TRUE(key) << text;
    EXPECT_EQ(key->text(), text);
  }
  EXPECT_EQ(BlobKey::Make("a").Join("b/c").text(), "a/b/c");
}

TEST(BlobKey, CannotEscape) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {""sv,
                                      "/"sv,
                                      "/a"sv,
                                      "a/"sv,
                                      "a//b"sv,
                                      "."sv,
                                      ".."sv,
                                      "../a"sv,
                                      "a/../b"sv,
                                      "a/.."sv,
                                      "./a"sv,
                                      "a/./b"sv,
                                      ".hidden"sv,
                                      "a/.hidden"sv,
                                      "..."sv,
                                      "a\\b"sv,
                                      "a\0b"sv,
                                      "a\0"sv,
                                      "a b"sv,
                                      "a\n"sv,
                                      "a%2e%2e"sv,
                                      "~"sv,
                                      "a:b"sv,
                                      "C:/a"sv,
                                      "a?b"sv,
                                      "a*"sv,
                                      "\xc3\xa4"sv,
                                      "\xff"sv,
                                      "a\x7f"sv,
                                      "$(a)"sv,
                                      "1/2/3/4/5/6/7/8/9"sv}) {
    EXPECT_FALSE(BlobKey::Parse(text)) << text;
    EXPECT_THROW(BlobKey::Make(text), Error) << text;
  }
  EXPECT_FALSE(BlobKey::Parse(std::string(101, 'x')));
  EXPECT_FALSE(BlobKey::Parse(std::string(1'000'000, '/')));
  EXPECT_THROW(BlobKey::Make("a").Join("../b"), Error);
  EXPECT_THROW(BlobKey::Make("a").Join(""), Error);
}

TEST(BlobKey, HasNoByteButTheAllowedOnes) {
  const std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string text = std::string("a") + c + "b";
    EXPECT_EQ(BlobKey::Parse(text).has_value(), allowed.find(c) != std::string_view::npos) << byte;
  }
}

}  // namespace
}  // namespace tapmask
