// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/id.h"

#include <array>
#include <set>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

constexpr const char* kUuid = "0123abcd-89ef-4012-8345-6789abcdef01";

static_assert(!std::is_convertible_v<UserId, VideoId>);
static_assert(!std::is_constructible_v<VideoId, UserId>);
static_assert(!std::is_constructible_v<UserId, std::string>);

TEST(NewUuid, IsARandomUuidOfVersion4) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = NewUuid();
    EXPECT_TRUE(IsUuid(uuid)) << uuid;
    EXPECT_TRUE(seen.insert(uuid).second) << uuid;
  }
}

TEST(NewUuid, TakesEveryValueInEveryPlaceThatIsFree) {
  std::array<std::set<char>, 36> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = NewUuid();
    for (size_t place = 0; place < seen.size(); ++place) seen[place].insert(uuid[place]);
  }
  for (size_t place = 0; place < seen.size(); ++place) {
    const bool is_fixed = place == 8 || place == 13 || place == 14 || place == 18 || place == 23;
    EXPECT_EQ(seen[place].size(), is_fixed ? 1u : place == 19 ? 4u : 16u) << place;
  }
}

TEST(IsUuid, TakesVersion4InLowerCaseOnly) {
  EXPECT_TRUE(IsUuid(kUuid));
  for (const char* text :
       {"", "0123abcd", "0123ABCD-89ef-4012-8345-6789abcdef01",
        "0123abcd-89ef-1012-8345-6789abcdef01", "0123abcd-89ef-4012-c345-6789abcdef01",
        "0123abcd-89ef-4012-8345-6789abcdef0", "0123abcd-89ef-4012-8345-6789abcdef012",
        "{123abcd-89ef-4012-8345-6789abcdef0}", "0123abcd089ef-4012-8345-6789abcdef01",
        "0123abcd-89ef-4012-8345-6789abcdef0/", "0123abcd-89ef-4012-8345-6789abcdef0g",
        "../../../../../../../4../8../../etc/"}) {
    EXPECT_FALSE(IsUuid(text)) << text;
  }
  EXPECT_FALSE(IsUuid(std::string_view("0123abcd-89ef-4012-8345-6789abcdef0\0", 36)));
}

TEST(Id, ParsesItsOwnTextAndNothingElse) {
  const JobId id = JobId::New();

  EXPECT_EQ(JobId::Parse(id.text()), id);
  EXPECT_EQ(JobId::Parse(kUuid)->text(), kUuid);
  EXPECT_EQ(JobId::Parse("1"), std::nullopt);
  EXPECT_EQ(JobId::Parse(""), std::nullopt);
}

TEST(Id, IsEmptyByDefaultAndNeverEqualToANewOne) {
  EXPECT_TRUE(UserId().Empty());
  EXPECT_FALSE(UserId::New().Empty());
  EXPECT_NE(UserId::New(), UserId());
  EXPECT_NE(UserId::New(), UserId::New());
}

}  // namespace
}  // namespace tapmask
