// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/allowed_hosts.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

// Whether a request is answered that has this name, in lower case, in Host.
bool IsAllowed(const std::string& listen, const std::string& public_url, const std::string& host) {
  ServeSettings settings;
  settings.listen_address = listen;
  settings.public_url = public_url;
  const std::vector<std::string> hosts = AllowedHosts(settings);
  return hosts.empty() || std::find(hosts.begin(), hosts.end(), host) != hosts.end();
}

TEST(AllowedHosts, AreThoseOfThisMachineOnLoopback) {
  for (const char* listen : {"127.0.0.1", "127.0.0.2", "::1"}) {
    for (const char* host : {"localhost", "127.0.0.1", "[::1]"}) {
      EXPECT_TRUE(IsAllowed(listen, "", host)) << listen << ' ' << host;
    }
    EXPECT_TRUE(IsAllowed(listen, "", HostText(listen))) << "the link that is printed";
    EXPECT_FALSE(IsAllowed(listen, "", "rebound.example"));
    EXPECT_FALSE(IsAllowed(listen, "", ""));
  }
  EXPECT_FALSE(IsAllowed("127.0.0.2", "", "127.0.0.3"));
}

TEST(AllowedHosts, AreThePublicNameInLowerCaseWithoutItsPort) {
  for (const char* listen : {"127.0.0.1", "0.0.0.0", "192.0.2.1"}) {
    for (const char* url : {"https://example.org", "https://Example.ORG", "http://example.org:8080",
                            "https://EXAMPLE.org:443"}) {
      EXPECT_TRUE(IsAllowed(listen, url, "example.org")) << url;
      EXPECT_TRUE(IsAllowed(listen, url, "localhost")) << "who looks whether it is well";
      EXPECT_FALSE(IsAllowed(listen, url, "rebound.example")) << url;
      EXPECT_FALSE(IsAllowed(listen, url, "192.0.2.1")) << url;
    }
  }
  EXPECT_TRUE(IsAllowed("127.0.0.1", "https://[2001:DB8::1]", "[2001:db8::1]"));
  EXPECT_TRUE(IsAllowed("127.0.0.1", "https://[2001:DB8::1]:8443", "[2001:db8::1]"));
}

TEST(AllowedHosts, AreAnyWhereTheNameCannotBeKnown) {
  EXPECT_TRUE(IsAllowed("0.0.0.0", "", "whatever.example"));
  EXPECT_TRUE(IsAllowed("192.0.2.1", "", "whatever.example"));
}

}  // namespace
}  // namespace tapmask
