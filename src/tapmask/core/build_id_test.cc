// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/build_id.h"

#include <string>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

TEST(BuildId, IsTheVersionAndTheCommit) {
  const std::string id(BuildId());
  const size_t plus = id.find('+');
  ASSERT_NE(plus, std::string::npos) << id;
  const std::string version = id.substr(0, plus);
  const std::string commit = id.substr(plus + 1);

  EXPECT_EQ(version.find_first_not_of("0123456789."), std::string::npos) << id;
  EXPECT_NE(version, "");
  if (commit != "unknown") {
    EXPECT_EQ(commit.find_first_not_of("0123456789abcdef"),
              commit.size() == 10 ? std::string::npos : 10)
        << id;
    EXPECT_TRUE(commit.size() == 10 || commit.substr(10) == ".dirty") << id;
  }
}

}  // namespace
}  // namespace tapmask
