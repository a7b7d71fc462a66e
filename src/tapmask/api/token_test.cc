// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/token.h"

#include <set>

#include <gtest/gtest.h>

#include "tapmask/storage/hex.h"

namespace tapmask::api {
namespace {

TEST(Token, IsRandomTextThatNeedsNoEscapes) {
  std::set<std::string> seen;
  std::set<char> letters;
  for (int i = 0; i < 1'000; ++i) {
    const std::string token = NewToken();
    EXPECT_TRUE(IsToken(token)) << token;
    letters.insert(token.begin(), token.end());
    seen.insert(token);
  }
  EXPECT_EQ(seen.size(), 1'000u);
  EXPECT_EQ(letters.size(), 64u);
}

TEST(Token, KeysTellWhatTheyAre) {
  const std::string key = NewApiKey();

  EXPECT_TRUE(key.starts_with("tm_"));
  EXPECT_EQ(key.size(), 46u);
  EXPECT_TRUE(IsApiKey(key));
  EXPECT_FALSE(IsToken(key));
  EXPECT_EQ(ApiKeyPrefix(key), key.substr(0, 11));
  EXPECT_NE(NewApiKey(), key);
}

TEST(Token, OthersAreNone) {
  const std::string token = NewToken();
  for (const std::string& text :
       {std::string(), token.substr(1), token + "A", token.substr(1) + "=", token.substr(1) + " ",
        token.substr(1) + '\0', std::string(1'000'000, 'A')}) {
    EXPECT_FALSE(IsToken(text)) << text.substr(0, 50);
    EXPECT_FALSE(IsApiKey("tm_" + text)) << text.substr(0, 50);
  }
  EXPECT_FALSE(IsApiKey(token));
  EXPECT_FALSE(IsApiKey("TM_" + token));
}

TEST(Token, HashIsSha256) {
  EXPECT_EQ(ToHex(HashOfToken("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_NE(HashOfToken("abc"), HashOfToken("abd"));
}

}  // namespace
}  // namespace tapmask::api
