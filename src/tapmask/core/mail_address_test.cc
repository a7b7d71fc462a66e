// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/mail_address.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tapmask {
namespace {

using namespace std::string_literals;

TEST(MailAddress, TakesUsualAddresses) {
  for (const char* address : {"a@b.co", "ann.smith+tag@mail.example.org", "o'brien@example.org",
                              "x_y-z@xn--exmple-cua.de", "1@2.example", "root@localhost",
                              "A@EXAMPLE.ORG", "a!#$%&*/=?^`{|}~@example.org"}) {
    EXPECT_TRUE(IsMailAddress(address)) << address;
  }
  EXPECT_TRUE(IsMailAddress(std::string(64, 'a') + "@example.org"));
  EXPECT_EQ(MailDomain("ann@example.org"), "example.org");
}

TEST(MailAddress, RefusesAllOthers) {
  for (const std::string& address : {""s,
                                     "@"s,
                                     "a"s,
                                     "a@"s,
                                     "@b.co"s,
                                     "a@b"s,
                                     "a@b."s,
                                     "a@.b"s,
                                     "a@b..co"s,
                                     "a@-b.co"s,
                                     "a@b-.co"s,
                                     ".a@b.co"s,
                                     "a.@b.co"s,
                                     "a..b@b.co"s,
                                     "a b@b.co"s,
                                     "a@b c.co"s,
                                     "a@b@c.co"s,
                                     "<a@b.co>"s,
                                     "a@b.co "s,
                                     " a@b.co"s,
                                     "a@b.co\n"s,
                                     "a@b.co\r\nRCPT TO:<c@d.co>"s,
                                     "a,b@c.co"s,
                                     "a;b@c.co"s,
                                     "a:b@c.co"s,
                                     "(a)b@c.co"s,
                                     "\"a\"@b.co"s,
                                     "a@[127.0.0.1]"s,
                                     "a@127.0.0.1"s,
                                     "a@b.co\0"s,
                                     "\xc3\xa4@b.co"s,
                                     "a@\xc3\xa4.co"s,
                                     "a\t@b.co"s,
                                     "a\\@b.co"s,
                                     "a@b_c.co"s,
                                     fmt::format("{}@b.co", std::string(65, 'a')),
                                     fmt::format("a@{}.co", std::string(64, 'b')),
                                     fmt::format("a@{}", std::string(1'000'000, 'b'))}) {
    EXPECT_FALSE(IsMailAddress(address)) << address.substr(0, 100);
  }
  std::string longest = "a@";
  while (longest.size() < 250) longest += "bbbbbbbbb.";
  EXPECT_FALSE(IsMailAddress(longest + "example"));
}

}  // namespace
}  // namespace tapmask
