// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/origin_check.h"

#include <gtest/gtest.h>

#include "tapmask/api/error_response.h"

namespace tapmask::api {
namespace {

bool Passes(Headers headers, Method method = Method::kPost, bool is_over_tls = false) {
  Request request;
  request.method = method;
  request.headers = std::move(headers);
  try {
    CheckOrigin(request, is_over_tls);
  } catch (const HttpError& error) {
    EXPECT_EQ(error.status(), 403);
    EXPECT_EQ(error.http_code(), "origin_not_allowed");
    return false;
  }
  return true;
}

TEST(CheckOrigin, TakesOurOwnPage) {
  EXPECT_TRUE(Passes({{"Host", "localhost:80"}, {"Cookie", "a"}, {"Origin", "http://localhost"}}));
  EXPECT_TRUE(Passes({{"Host", "a.example"}, {"Cookie", "a"}, {"Origin", "https://A.example:443"}},
                     Method::kPost, true));
  EXPECT_TRUE(Passes({{"Host", "127.0.0.1:8080"},
                      {"Cookie", "a"},
                      {"Origin", "http://127.0.0.1:8080"},
                      {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_TRUE(Passes({{"Host", "a"}, {"Cookie", "a"}, {"Sec-Fetch-Site", "none"}}));
}

TEST(CheckOrigin, RefusesOtherPages) {
  for (const char* origin :
       {"http://evil", "null", "", "http://a.evil", "http://evil.a", "http://a:81", "ftp://a",
        "http://", "a", "http://a/", "http://user@a"}) {
    EXPECT_FALSE(Passes({{"Host", "a"}, {"Origin", origin}})) << origin;
  }
  for (const char* site : {"cross-site", "same-site", ""}) {
    EXPECT_FALSE(Passes({{"Host", "a"}, {"Origin", "http://a"}, {"Sec-Fetch-Site", site}})) << site;
  }
  EXPECT_FALSE(Passes({{"Host", "a"}, {"Origin", "http://a"}, {"Origin", "http://evil"}}));
  EXPECT_FALSE(
      Passes({{"Host", "a"}, {"Cookie", "a"}, {"Origin", "http://a"}}, Method::kPost, true));
  for (const Method method : {Method::kPut, Method::kPatch, Method::kDelete, Method::kOther}) {
    EXPECT_FALSE(Passes({{"Host", "a"}, {"Cookie", "a"}}, method));
  }
}

TEST(CheckOrigin, LetsProgramsAndReadingPass) {
  EXPECT_TRUE(Passes({{"Host", "a"}}));
  EXPECT_TRUE(Passes({{"Host", "a"}, {"Authorization", "Bearer x"}, {"Origin", "http://b"}}));
  EXPECT_TRUE(Passes({{"Host", "a"}, {"Cookie", "a"}, {"Origin", "http://b"}}, Method::kGet));
}

TEST(CheckHost, RefusesStrangersNames) {
  const auto passes = [](Headers headers) {
    Request request;
    request.headers = std::move(headers);
    try {
      CheckHost(request, LoopbackHosts());
    } catch (const HttpError& error) {
      EXPECT_EQ(error.status(), 400);
      return false;
    }
    return true;
  };
  for (const char* host : {"localhost", "LOCALHOST:80", "127.0.0.1:8080", "[::1]:1"}) {
    EXPECT_TRUE(passes({{"Host", host}})) << host;
  }
  for (const char* host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil", "", "127.0.0.2"}) {
    EXPECT_FALSE(passes({{"Host", host}})) << host;
  }
  EXPECT_FALSE(passes({}));
  CheckHost(Request{}, {});
}

}  // namespace
}  // namespace tapmask::api
