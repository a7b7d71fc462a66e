// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

namespace {

// With zero bytes inside and at the ends.
TokenHash HashOf(int number) {
  TokenHash hash{};
  hash[1] = 0xff;
  hash[15] = static_cast<uint8_t>(number);
  return hash;
}

}  // namespace

TEST_P(CredentialStoreConformance, KnowsASessionUntilItExpires) {
  const User user = AddUser();
  CredentialStore& store = stores().credentials();
  store.AddSession({HashOf(1), user.id, now_, now_ + 1h});

  const std::optional<Session> session = store.FindSession(HashOf(1), now_ + 1h - 1ms);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->token_hash, HashOf(1));
  EXPECT_EQ(session->user_id, user.id);
  EXPECT_EQ(session->created_at, now_);
  EXPECT_EQ(session->expires_at, now_ + 1h);
  EXPECT_FALSE(store.FindSession(HashOf(1), now_ + 1h));
  EXPECT_FALSE(store.FindSession(HashOf(2), now_));
}

TEST_P(CredentialStoreConformance, RemovesOneSessionOrAllOfAUser) {
  const User user = AddUser(), other = AddUser();
  CredentialStore& store = stores().credentials();
  for (int i = 0; i < 3; ++i) store.AddSession({HashOf(i), user.id, now_, now_ + 1h});
  store.AddSession({HashOf(9), other.id, now_, now_ + 1h});

  EXPECT_TRUE(store.RemoveSession(HashOf(0)));
  EXPECT_FALSE(store.RemoveSession(HashOf(0)));
  EXPECT_FALSE(store.FindSession(HashOf(0), now_));
  EXPECT_EQ(store.RemoveSessions(user.id), 2);
  EXPECT_EQ(store.RemoveSessions(user.id), 0);

  EXPECT_FALSE(store.FindSession(HashOf(1), now_));
  EXPECT_TRUE(store.FindSession(HashOf(9), now_));
}

TEST_P(CredentialStoreConformance, EndsEverythingOfAnAccountWithItsPassword) {
  CredentialStore& store = stores().credentials();
  const User user = AddUser(), other = AddUser();
  for (const auto& [n, id] : {std::pair{1, user.id}, std::pair{2, other.id}}) {
    store.AddSession({HashOf(n), id, now_, now_ + 1h});
    ASSERT_TRUE(store.AddKey({KeyId::New(), id, HashOf(n), "", "", now_, {}}, 5));
  }

  ASSERT_TRUE(stores().users().SetPasswordHash(user.id, "new"));

  EXPECT_EQ(store.RemoveSessions(user.id), 0);
  EXPECT_TRUE(store.Keys(user.id).empty());
  EXPECT_EQ(store.RemoveSessions(other.id), 1);
  EXPECT_EQ(store.Keys(other.id).size(), 1u);
}

TEST_P(CredentialStoreConformance, RefusesCredentialsOfNobodyAndTokensThatAreTaken) {
  const User user = AddUser();
  const UserId nobody = UserId::New();
  CredentialStore& store = stores().credentials();
  store.AddSession({HashOf(1), user.id, now_, now_ + 1h});
  ASSERT_TRUE(store.AddKey({KeyId::New(), user.id, HashOf(1), "", "", now_, {}}, 5));

  EXPECT_EQ(CodeOf([&] {
              store.AddSession({HashOf(2), nobody, now_, now_ + 1h});
            }),
            Code::kNotFound);
  EXPECT_EQ(CodeOf([&] {
              store.AddKey({KeyId::New(), nobody, HashOf(2), "", "", now_, {}}, 5);
            }),
            Code::kNotFound);
  EXPECT_EQ(CodeOf([&] {
              store.AddTicket({HashOf(2), TicketPurpose::kVerifyEmail, nobody, now_ + 1h});
            }),
            Code::kNotFound);
  EXPECT_EQ(CodeOf([&] {
              store.AddSession({HashOf(1), user.id, now_, now_ + 1h});
            }),
            Code::kConflict);
  EXPECT_EQ(CodeOf([&] {
              store.AddKey({KeyId::New(), user.id, HashOf(1), "", "", now_, {}}, 5);
            }),
            Code::kConflict);
}

TEST_P(CredentialStoreConformance, KeepsKeysUpToAsManyAsAllowed) {
  const User user = AddUser(), other = AddUser();
  CredentialStore& store = stores().credentials();
  const ApiKey first{KeyId::New(), user.id, HashOf(1), "laptop \"'\n", "tm_abc", now_, {}};
  const ApiKey second{KeyId::New(), user.id, HashOf(2), "", "tm_def", now_ - 1h, now_};

  EXPECT_TRUE(store.AddKey(first, 2));
  EXPECT_TRUE(store.AddKey(second, 2));
  EXPECT_FALSE(store.AddKey({KeyId::New(), user.id, HashOf(3), "", "", now_, {}}, 2));
  EXPECT_TRUE(store.AddKey({KeyId::New(), other.id, HashOf(4), "", "", now_, {}}, 2));

  const std::vector<ApiKey> keys = store.Keys(user.id);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].id, first.id);
  EXPECT_EQ(keys[0].name, first.name);
  EXPECT_EQ(keys[0].prefix, "tm_abc");
  EXPECT_EQ(keys[0].token_hash, HashOf(1));
  EXPECT_EQ(keys[0].last_used_at, std::nullopt);
  EXPECT_EQ(keys[1].id, second.id);
  EXPECT_EQ(keys[1].last_used_at, now_);
  EXPECT_EQ(store.FindKey(HashOf(2))->user_id, user.id);
  EXPECT_FALSE(store.FindKey(HashOf(3)));
}

TEST_P(CredentialStoreConformance, RemovesAKeyForItsOwnerOnly) {
  const User user = AddUser(), other = AddUser();
  CredentialStore& store = stores().credentials();
  const KeyId id = KeyId::New();
  store.AddKey({id, user.id, HashOf(1), "", "", now_, {}}, 1);

  EXPECT_FALSE(store.RemoveKey(other.id, id));
  EXPECT_TRUE(store.FindKey(HashOf(1)));
  EXPECT_TRUE(store.RemoveKey(user.id, id));
  EXPECT_FALSE(store.RemoveKey(user.id, id));

  EXPECT_FALSE(store.FindKey(HashOf(1)));
  EXPECT_TRUE(store.AddKey({KeyId::New(), user.id, HashOf(2), "", "", now_, {}}, 1));
}

TEST_P(CredentialStoreConformance, WritesTheUseOfAKeyOnceAMinute) {
  const User user = AddUser();
  CredentialStore& store = stores().credentials();
  const KeyId id = KeyId::New();
  store.AddKey({id, user.id, HashOf(1), "", "", now_, {}}, 1);
  const auto last_used = [&] { return store.FindKey(HashOf(1))->last_used_at; };

  store.KeyUsed(id, now_);
  EXPECT_EQ(last_used(), now_);
  store.KeyUsed(id, now_ + 1min - 1ms);
  EXPECT_EQ(last_used(), now_);
  store.KeyUsed(id, now_ + 1min);
  EXPECT_EQ(last_used(), now_ + 1min);
  EXPECT_NO_THROW(store.KeyUsed(KeyId::New(), now_));
}

TEST_P(CredentialStoreConformance, UsesATicketOnceForItsPurpose) {
  const User user = AddUser();
  CredentialStore& store = stores().credentials();
  store.AddTicket({HashOf(1), TicketPurpose::kResetPassword, user.id, now_ + 1h});

  EXPECT_FALSE(store.UseTicket(HashOf(1), TicketPurpose::kVerifyEmail, now_));
  EXPECT_FALSE(store.UseTicket(HashOf(2), TicketPurpose::kResetPassword, now_));
  EXPECT_EQ(store.UseTicket(HashOf(1), TicketPurpose::kResetPassword, now_ + 1h - 1ms), user.id);
  EXPECT_FALSE(store.UseTicket(HashOf(1), TicketPurpose::kResetPassword, now_));
}

TEST_P(CredentialStoreConformance, DoesNotTakeATicketWhoseTimeIsOver) {
  const User user = AddUser();
  CredentialStore& store = stores().credentials();
  store.AddTicket({HashOf(1), TicketPurpose::kLocalLogin, user.id, now_ + 1h});

  EXPECT_FALSE(store.UseTicket(HashOf(1), TicketPurpose::kLocalLogin, now_ + 1h));
}

TEST_P(CredentialStoreConformance, ReplacesOlderTicketsForTheSamePurpose) {
  const User user = AddUser(), other = AddUser();
  CredentialStore& store = stores().credentials();
  store.AddTicket({HashOf(1), TicketPurpose::kResetPassword, user.id, now_ + 1h});
  store.AddTicket({HashOf(2), TicketPurpose::kVerifyEmail, user.id, now_ + 1h});
  store.AddTicket({HashOf(3), TicketPurpose::kResetPassword, other.id, now_ + 1h});

  store.AddTicket({HashOf(4), TicketPurpose::kResetPassword, user.id, now_ + 1h});

  EXPECT_FALSE(store.UseTicket(HashOf(1), TicketPurpose::kResetPassword, now_));
  EXPECT_EQ(store.UseTicket(HashOf(2), TicketPurpose::kVerifyEmail, now_), user.id);
  EXPECT_EQ(store.UseTicket(HashOf(3), TicketPurpose::kResetPassword, now_), other.id);
  EXPECT_EQ(store.UseTicket(HashOf(4), TicketPurpose::kResetPassword, now_), user.id);
}

TEST_P(CredentialStoreConformance, RemovesWhatHasExpired) {
  const User user = AddUser();
  CredentialStore& store = stores().credentials();
  store.AddSession({HashOf(1), user.id, now_, now_ + 1h});
  store.AddSession({HashOf(2), user.id, now_, now_ + 2h});
  store.AddTicket({HashOf(3), TicketPurpose::kVerifyEmail, user.id, now_ + 1h});
  store.AddTicket({HashOf(4), TicketPurpose::kResetPassword, user.id, now_ + 2h});

  EXPECT_EQ(store.RemoveExpired(now_ + 1h - 1ms), 0);
  EXPECT_EQ(store.RemoveExpired(now_ + 1h), 2);
  EXPECT_EQ(store.RemoveExpired(now_ + 1h), 0);

  EXPECT_FALSE(store.FindSession(HashOf(1), now_));  // Not even for a clock that goes behind.
  EXPECT_TRUE(store.FindSession(HashOf(2), now_ + 1h));
  EXPECT_TRUE(store.UseTicket(HashOf(4), TicketPurpose::kResetPassword, now_ + 1h));
}

}  // namespace tapmask
