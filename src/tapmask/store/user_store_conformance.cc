// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

TEST_P(UserStoreConformance, FindsAUserAsAdded) {
  User user = NewUser(Tier::kPro);
  user.email = "  Ada.Lovelace@Example.org\t";
  user.password_hash = "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA";
  user.is_verified = false;
  user.created_at = now_ + 1ms;
  user.last_login_at = now_ + 2ms;
  user.quota_reset_at = now_ + 3ms;

  ASSERT_TRUE(stores().users().Add(user));

  const auto second = OpenAgain();
  const std::optional<User> found = second->users().Get(user.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, user.id);
  EXPECT_EQ(found->email, "Ada.Lovelace@Example.org");
  EXPECT_EQ(found->password_hash, user.password_hash);
  EXPECT_EQ(found->tier, Tier::kPro);
  EXPECT_FALSE(found->is_verified);
  EXPECT_EQ(found->created_at, user.created_at);
  EXPECT_EQ(found->last_login_at, user.last_login_at);
  EXPECT_EQ(found->quota_reset_at, user.quota_reset_at);
}

TEST_P(UserStoreConformance, TakesAnAddressOnceWhateverItsCase) {
  User user = NewUser();
  user.email = "ada@example.org";
  User same = NewUser();
  same.email = " ADA@Example.ORG";
  ASSERT_TRUE(stores().users().Add(user));

  EXPECT_FALSE(stores().users().Add(same));

  EXPECT_EQ(stores().users().FindByEmail("Ada@EXAMPLE.org ")->id, user.id);
  EXPECT_FALSE(stores().users().Get(same.id));
}

TEST_P(UserStoreConformance, DoesNotMixUpAddressesThatLookAlike) {
  User user = NewUser();
  user.email = "a_b%@example.org";
  ASSERT_TRUE(stores().users().Add(user));

  for (const char* email : {"axb%@example.org", "a_b%@example.org.", "a_b%@example.or", "", "%",
                            "a_b%@example.org' OR '1'='1"}) {
    EXPECT_FALSE(stores().users().FindByEmail(email)) << email;
  }
  EXPECT_FALSE(stores().users().FindByEmail(std::string_view("a_b%@example.org\0x", 18)));
}

TEST_P(UserStoreConformance, RefusesAnIdThatIsTaken) {
  const User user = AddUser();
  User same = user;
  same.email = "other@example.org";

  EXPECT_EQ(CodeOf([&] { stores().users().Add(same); }), Code::kConflict);
}

TEST_P(UserStoreConformance, ChangesWhatIsAskedForAndNothingElse) {
  const User user = AddUser();
  const User other = AddUser();
  UserStore& users = stores().users();

  EXPECT_TRUE(users.SetPasswordHash(user.id, "hash"));
  EXPECT_TRUE(users.SetTier(user.id, Tier::kLocal));
  EXPECT_TRUE(users.SetLastLogin(user.id, now_ + 5s));
  EXPECT_TRUE(users.SetVerified(user.id));

  const User found = *users.Get(user.id);
  EXPECT_EQ(found.password_hash, "hash");
  EXPECT_EQ(found.tier, Tier::kLocal);
  EXPECT_EQ(found.last_login_at, now_ + 5s);
  EXPECT_TRUE(found.is_verified);
  EXPECT_EQ(found.email, user.email);
  EXPECT_EQ(users.Get(other.id)->password_hash, "");
  EXPECT_EQ(users.Get(other.id)->tier, Tier::kFree);
  EXPECT_EQ(users.Get(other.id)->last_login_at, std::nullopt);
}

TEST_P(UserStoreConformance, SaysNoOfAccountsThatDoNotExist) {
  AddUser();
  UserStore& users = stores().users();
  const UserId nobody = UserId::New();

  EXPECT_FALSE(users.Get(nobody));
  EXPECT_FALSE(users.Get(UserId()));
  EXPECT_FALSE(users.SetVerified(nobody));
  EXPECT_FALSE(users.SetPasswordHash(nobody, "x"));
  EXPECT_FALSE(users.SetTier(nobody, Tier::kPro));
  EXPECT_FALSE(users.SetLastLogin(nobody, now_));
  EXPECT_FALSE(users.Close(nobody, now_));
  EXPECT_FALSE(users.Erase(nobody));
  EXPECT_TRUE(users.Closed(10).empty());
}

TEST_P(UserStoreConformance, ReplacesOnlyTheHashThatWasSeen) {
  const User user = AddUser();
  UserStore& users = stores().users();
  ASSERT_TRUE(users.SetPasswordHash(user.id, "old"));

  EXPECT_TRUE(users.ReplacePasswordHash(user.id, "old", "better"));
  EXPECT_FALSE(users.ReplacePasswordHash(user.id, "old", "late"));
  EXPECT_FALSE(users.ReplacePasswordHash(UserId::New(), "", "x"));
  EXPECT_EQ(users.Get(user.id)->password_hash, "better");
}

TEST_P(UserStoreConformance, IsReady) {
  EXPECT_NO_THROW(stores().CheckReady());
}

}  // namespace tapmask
