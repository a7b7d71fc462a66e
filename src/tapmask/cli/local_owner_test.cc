// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/local_owner.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/jobs/job_rules.h"
#include "tapmask/media/temporary_file.h"
#include "tapmask/store/sqlite/sqlite_stores.h"

namespace tapmask {
namespace {

class LocalOwner : public ::testing::Test {
 protected:
  std::optional<UserId> Ensure() { return EnsureOwner(*stores_, sweep_, now_); }
  std::string Refusal() {
    try {
      Ensure();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kInvalidArgument);
      return error.public_text();
    }
    return "";
  }

  TemporaryFolder folder_{std::filesystem::temp_directory_path()};
  std::unique_ptr<Stores> stores_ = OpenSqliteStores(folder_.path() / "tapmask.db", {});
  const Time now_{std::chrono::hours(500'000)};
  int sweeps_ = 0;
  std::function<void(Time)> sweep_ = [this](Time) { ++sweeps_; };
};

TEST_F(LocalOwner, IsMadeOnce) {
  const std::optional<UserId> owner = Ensure();
  ASSERT_TRUE(owner);
  const User user = stores_->users().Get(*owner).value();
  EXPECT_EQ(user.email, kOwnerEmail);
  EXPECT_EQ(user.tier, Tier::kLocal);
  EXPECT_TRUE(user.is_verified);
  EXPECT_EQ(user.password_hash, "");

  EXPECT_EQ(Ensure(), owner);
  EXPECT_EQ(sweeps_, 0);
}

TEST_F(LocalOwner, IsMadeAnewWhenItWasBeingErased) {
  const UserId before = Ensure().value();
  ASSERT_TRUE(stores_->users().Close(before, now_));
  sweep_ = [&](Time now) {
    EXPECT_EQ(now, now_);
    stores_->users().Erase(before);
  };

  const std::optional<UserId> owner = Ensure();

  ASSERT_TRUE(owner);
  EXPECT_NE(owner, before);
  EXPECT_FALSE(stores_->users().Get(before));
}

TEST_F(LocalOwner, IsNobodyWhileItCannotBeErased) {
  const UserId before = Ensure().value();
  ASSERT_TRUE(stores_->users().SetTier(before, Tier::kFree));  // Whatever it was.
  ASSERT_TRUE(stores_->users().Close(before, now_));

  EXPECT_EQ(Ensure(), std::nullopt);
  EXPECT_EQ(sweeps_, 1);

  ASSERT_TRUE(stores_->users().Erase(before));
  EXPECT_TRUE(Ensure());
}

TEST_F(LocalOwner, IsNobodyWhoRegistered) {
  const UserId owner = Ensure().value();
  ASSERT_TRUE(stores_->users().SetTier(owner, Tier::kFree));
  EXPECT_NE(Refusal().find("tapmask user erase owner@localhost"), std::string::npos);
  ASSERT_TRUE(stores_->users().SetTier(owner, Tier::kLocal));
  EXPECT_EQ(Refusal(), "");
  ASSERT_TRUE(stores_->users().SetPasswordHash(owner, "hash"));
  EXPECT_NE(Refusal().find("tapmask user erase owner@localhost"), std::string::npos);
}

}  // namespace
}  // namespace tapmask
