// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/cookie.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace tapmask::api {
namespace {

TEST(SessionCookie, IsLockedDown) {
  EXPECT_EQ(SessionCookie(true).Set("Ab-_9", std::chrono::seconds(60)),
            "__Host-tapmask=Ab-_9; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Strict");
  EXPECT_EQ(SessionCookie(false).Set("x", std::chrono::seconds(60)),
            "tapmask_session=x; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
  EXPECT_EQ(SessionCookie(true).Clear(),
            "__Host-tapmask=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict");
  EXPECT_THROW(SessionCookie(true).Set("a; Domain=evil", std::chrono::seconds(1)),
               std::logic_error);
  EXPECT_THROW(SessionCookie(true).Set("", std::chrono::seconds(1)), std::logic_error);
}

TEST(SessionCookie, IsFoundAmongOthers) {
  const SessionCookie cookie(false);
  EXPECT_EQ(cookie.TokenOf({{"Cookie", "a=b;tapmask_session=abc ; c"}}), "abc");
  EXPECT_EQ(cookie.TokenOf({{"Cookie", "a=b"}, {"cookie", "tapmask_session=\"abc\""}}), "abc");
  EXPECT_EQ(cookie.TokenOf({{"Cookie", "tapmask_session=abc; tapmask_session=abc"}}), "abc");
}

TEST(SessionCookie, IsNotTakenWhenItIsDoubtful) {
  const SessionCookie cookie(true);
  EXPECT_EQ(cookie.TokenOf({}), std::nullopt);
  for (const char* header : {"", "__Host-tapmask", "__Host-tapmask=", "__host-tapmask=abc",
                             "x__Host-tapmask=abc", "tapmask_session=abc", "__Host-tapmask=a b",
                             "__Host-tapmask=a=b", "__Host-tapmask=abc; __Host-tapmask=abd"}) {
    EXPECT_EQ(cookie.TokenOf({{"Cookie", header}}), std::nullopt) << header;
  }
}

}  // namespace
}  // namespace tapmask::api
