// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/authenticator.h"

#include "tapmask/api/account_fixture.h"
#include "tapmask/api/token.h"

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;

class AuthenticatorTest : public AccountFixture {
 protected:
  void ExpectRefused(Asking asking, const std::string& why) {
    const Answer answer = Get("/api/v1/me", std::move(asking));
    EXPECT_EQ(answer.status, 401) << why;
    EXPECT_EQ(answer.code(), "unauthenticated") << why;
    EXPECT_TRUE(answer.headers.Has("WWW-Authenticate")) << why;
  }
};

TEST_F(AuthenticatorTest, KnowsSessionsAndKeys) {
  const User user = AddUser("ada@example.org", Tier::kPro);
  const User other = AddUser("bob@example.org");
  const std::string session = SignIn(user);
  const std::string key = NewKey(session);

  EXPECT_EQ(Get("/api/v1/me", {.session = session}).json["userId"], user.id.text());
  EXPECT_EQ(Get("/api/v1/me", {.session = SignIn(other)}).json["userId"], other.id.text());
  EXPECT_EQ(Get("/api/v1/me", {.key = key}).json["userId"], user.id.text());
  EXPECT_EQ(Get("/api/v1/me", {.headers = {{"Authorization", "bearer   " + key + " "}}}).status,
            200);
}

TEST_F(AuthenticatorTest, RefusesAllThatDoesNotHold) {
  const User user = AddUser();
  const std::string session = SignIn(user);
  const std::string key = NewKey(session);

  ExpectRefused({}, "no credential");
  ExpectRefused({.session = NewToken()}, "unknown session");
  ExpectRefused({.key = NewApiKey()}, "unknown key");
  ExpectRefused({.session = session + "x"}, "too long");
  ExpectRefused({.session = key}, "a key is no session");
  ExpectRefused({.key = session}, "a session is no key");
  ExpectRefused({.key = "tm_" + session}, "nor is it with a prefix");
  for (const std::string& field :
       {std::string(), std::string("Bearer"), std::string("Bearer "), "Bearer" + key, key,
        "Basic " + key, "Bearer " + key + ",Bearer " + key, "Bearer " + key.substr(1),
        std::string("Bearer ") + std::string(7'000, 'x')}) {
    ExpectRefused({.headers = {{"Authorization", field}}}, field.substr(0, 80));
  }
  ExpectRefused({.headers = {{"Authorization", "Bearer " + key}, {"Authorization", "Bearer x"}}},
                "two");
}

// The check of the origin lets requests with this field pass.
TEST_F(AuthenticatorTest, DoesNotFallBackToTheCookieWhenThereIsAnAuthorization) {
  const User user = AddUser();
  const std::string session = SignIn(user);

  ExpectRefused({.session = session, .headers = {{"Authorization", "Bearer x"}}}, "Bearer");
  ExpectRefused({.session = session, .headers = {{"Authorization", ""}}}, "empty");
  const Answer erase =
      Delete("/api/v1/me",
             {.session = session,
              .headers = {{"Authorization", "Basic eDp5"}, {"Origin", "http://evil.example"}}});
  EXPECT_EQ(erase.status, 401);
  EXPECT_FALSE(stores_->users().Get(user.id)->closed_at);
}

TEST_F(AuthenticatorTest, EndsSessionsAndRevokedKeys) {
  const User user = AddUser();
  const std::string session = SignIn(user);  // Of an hour.
  const std::string key = NewKey(session);
  ASSERT_TRUE(
      stores_->credentials().RemoveKey(user.id, stores_->credentials().Keys(user.id).front().id));

  ExpectRefused({.key = key}, "revoked");
  clock_.now += 1h - 1ms;
  EXPECT_EQ(Get("/api/v1/me", {.session = session}).status, 200);
  clock_.now += 1ms;
  ExpectRefused({.session = session}, "expired");
}

TEST_F(AuthenticatorTest, KnowsNobodyOfAClosedOrErasedAccount) {
  const User user = AddUser();
  const std::string session = SignIn(user);
  const std::string key = NewKey(session);

  ASSERT_TRUE(stores_->users().Close(user.id, clock_.now));
  ExpectRefused({.session = session}, "closed");
  ExpectRefused({.key = key}, "closed");
  ASSERT_TRUE(stores_->users().Erase(user.id));
  ExpectRefused({.session = session}, "erased");
  ExpectRefused({.key = key}, "erased");
}

TEST_F(AuthenticatorTest, NotesWhenAKeyWasUsed) {
  const User user = AddUser();
  const std::string key = NewKey(SignIn(user));
  clock_.now += 5min;

  Get("/api/v1/me", {.key = key});

  EXPECT_EQ(stores_->credentials().Keys(user.id).front().last_used_at, clock_.now);
}

TEST_F(AuthenticatorTest, ReadsTheCookieOfTlsOverTlsOnly) {
  services_->settings.is_over_tls = true;
  const User user = AddUser();
  const std::string session = SignIn(user);

  EXPECT_EQ(Get("/api/v1/me", {.session = session}).status, 200);
  ExpectRefused({.headers = {{"Cookie", "tapmask_session=" + session}}}, "a plain cookie");
}

}  // namespace
}  // namespace tapmask::api
