// SPDX-License-Identifier: Apache-2.0
// What is done by the links in mails: verifying an address, choosing a new password.
#include <string>

#include "tapmask/api/account_fixture.h"
#include "tapmask/api/token.h"

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class MailTokenTest : public AccountFixture {
 protected:
  MailTokenTest() { services_->settings.sends_mail = true; }

  Answer Verify(const Json& body, Asking asking = {}) {
    return Post("/api/v1/auth/verify", body.dump(), std::move(asking));
  }
  Answer Reset(const Json& body, Asking asking = {}) {
    return Post("/api/v1/auth/reset", body.dump(), std::move(asking));
  }
  // Registers kEmail; returns the token of the mail.
  std::string Register() {
    EXPECT_EQ(Post("/api/v1/auth/register", Json{{"email", kEmail}, {"password", kPassword}}.dump())
                  .status,
              201);
    return TokenOf(*TakeMail());
  }
  std::string ResetToken() {
    EXPECT_EQ(Reset({{"email", kEmail}}).status, 202);
    return TokenOf(*TakeMail());
  }
  void ExpectTokenInvalid(const Answer& answer) {
    EXPECT_EQ(answer.status, 400) << answer.text;
    EXPECT_EQ(answer.code(), "token_invalid");
  }
};

TEST_F(MailTokenTest, VerifiesAnAddressOnce) {
  const std::string token = Register();
  EXPECT_EQ(Login().code(), "email_not_verified");

  EXPECT_EQ(Verify({{"token", token}}).status, 204);

  EXPECT_EQ(Login().status, 200);
  ExpectTokenInvalid(Verify({{"token", token}}));
  ExpectTokenInvalid(Verify({{"token", NewToken()}}));
}

TEST_F(MailTokenTest, LinksDieInTime) {
  const std::string verify = Register();
  const std::string reset = ResetToken();
  clock_.now += 1h;
  ExpectTokenInvalid(Reset({{"token", reset}, {"password", "a better one"}}));
  clock_.now += 23h;
  ExpectTokenInvalid(Verify({{"token", verify}}));
  EXPECT_EQ(Login().code(), "email_not_verified");
}

TEST_F(MailTokenTest, ATokenIsForOnePurpose) {
  const std::string verify = Register();
  const std::string reset = ResetToken();

  ExpectTokenInvalid(Verify({{"token", reset}}));
  ExpectTokenInvalid(Reset({{"token", verify}, {"password", "a better one"}}));
  EXPECT_EQ(Verify({{"token", verify}}).status, 204);
  EXPECT_EQ(Reset({{"token", reset}, {"password", "a better one"}}).status, 204);
}

TEST_F(MailTokenTest, SendsTheVerifyingMailAgain) {
  const std::string first = Register();

  EXPECT_EQ(Verify({{"email", "ADA@example.org"}}).status, 202);

  const std::optional<Mail> mail = TakeMail();
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->kind, MailKind::kVerifyEmail);
  ExpectTokenInvalid(Verify({{"token", first}}));
  EXPECT_EQ(Verify({{"token", TokenOf(*mail)}}).status, 204);
}

TEST_F(MailTokenTest, SaysTheSameWhetherOrNotThereIsAnAccount) {
  AddUser();  // Verified.
  const User closed = AddUser("closed@example.org");
  ASSERT_TRUE(stores_->users().Close(closed.id, clock_.now));

  for (const char* email : {"nobody@example.org", "ada@example.org", "closed@example.org"}) {
    const Answer answer = Verify({{"email", email}});
    EXPECT_EQ(answer.status, 202) << email;
    EXPECT_EQ(answer.text, "");
    EXPECT_FALSE(TakeMail()) << email;
  }
  for (const char* email : {"nobody@example.org", "closed@example.org", "ada@example.org"}) {
    const Answer answer = Reset({{"email", email}});
    EXPECT_EQ(answer.status, 202) << email;
    EXPECT_EQ(answer.text, "");
    EXPECT_EQ(TakeMail().has_value(), std::string(email) == kEmail) << email;
  }
}

TEST_F(MailTokenTest, SetsANewPasswordAndEndsAllSessionsAndKeys) {
  const User user = AddUser();
  const std::string session = SignIn(user);
  const std::vector<std::string> keys{NewKey(session), NewKey(session)};
  const std::string others = NewKey(SignIn(AddUser("bob@example.org")));
  const std::string token = ResetToken();
  EXPECT_EQ(Get("/api/v1/me", {.session = session}).status, 200) << "asking changes nothing";
  EXPECT_EQ(Get("/api/v1/me", {.key = keys[0]}).status, 200);

  const Answer answer = Reset({{"token", token}, {"password", "a better one"}});

  EXPECT_EQ(answer.status, 204) << answer.text;
  EXPECT_EQ(Login().code(), "wrong_password");
  EXPECT_EQ(Login(kEmail, "a better one").status, 200);
  EXPECT_EQ(Get("/api/v1/me", {.session = session}).status, 401);
  for (const std::string& key : keys) {
    EXPECT_EQ(Get("/api/v1/me", {.key = key}).code(), "unauthenticated");
  }
  EXPECT_TRUE(stores_->credentials().Keys(user.id).empty());
  EXPECT_EQ(Get("/api/v1/me", {.key = others}).status, 200);
  ExpectTokenInvalid(Reset({{"token", token}, {"password", "yet another"}}));
  EXPECT_EQ(Login(kEmail, "a better one").status, 200);
}

TEST_F(MailTokenTest, AResetVerifiesTheAddress) {
  Register();
  const std::optional<User> user = stores_->users().FindByEmail(kEmail);

  EXPECT_EQ(Reset({{"token", ResetToken()}, {"password", "a better one"}}).status, 204);

  EXPECT_TRUE(stores_->users().Get(user->id)->is_verified);
  EXPECT_EQ(Login(kEmail, "a better one").status, 200);
}

TEST_F(MailTokenTest, ALaterMailReplacesAnEarlierOne) {
  AddUser();
  const std::string first = ResetToken();
  const std::string second = ResetToken();

  ExpectTokenInvalid(Reset({{"token", first}, {"password", "a better one"}}));
  EXPECT_EQ(Reset({{"token", second}, {"password", "a better one"}}).status, 204);
}

TEST_F(MailTokenTest, KeepsNoTokenInClearButInTheMailThatWaits) {
  AddUser();
  ASSERT_EQ(Reset({{"email", kEmail}}).status, 202);
  const std::optional<Mail> mail = TakeMail();

  stores_->mails().Forget(clock_.now + 1h);

  EXPECT_TRUE(IsToken(TokenOf(*mail)));
  stores_.reset();
  EXPECT_EQ(DatabaseBytes().find(TokenOf(*mail)), std::string::npos);
}

TEST_F(MailTokenTest, TakesOneOfTheTwoForms) {
  const std::string token = NewToken();
  for (const Json& body :
       {Json::object(), Json{{"token", token}, {"email", kEmail}}, Json{{"token", nullptr}},
        Json{{"token", "short"}}, Json{{"token", std::string(129, 'a')}},
        Json{{"token", "sixteen letters!"}}, Json{{"email", "ada"}}, Json{{"mail", kEmail}},
        Json{{"token", token}, {"more", 1}}}) {
    EXPECT_EQ(Verify(body).code(), "invalid_argument") << body;
  }
  for (const Json& body :
       {Json::object(), Json{{"token", token}}, Json{{"token", token}, {"password", "short"}},
        Json{{"password", kPassword}}, Json{{"email", kEmail}, {"password", kPassword}},
        Json{{"email", kEmail}, {"token", token}, {"password", kPassword}}, Json{{"email", 5}},
        Json{{"token", "short"}, {"password", kPassword}}}) {
    EXPECT_EQ(Reset(body).code(), "invalid_argument") << body;
  }
  EXPECT_FALSE(TakeMail());
}

TEST_F(MailTokenTest, SaysSoWhenTheServerSendsNoMail) {
  AddUser();
  const std::string token = ResetToken();
  services_->settings.sends_mail = false;

  for (const Answer& answer : {Verify({{"email", kEmail}}), Reset({{"email", kEmail}})}) {
    EXPECT_EQ(answer.status, 501);
    EXPECT_EQ(answer.code(), "mail_not_configured");
  }
  EXPECT_EQ(Reset({{"token", token}, {"password", "a better one"}}).status, 204)
      << "a mail that was sent before is good still";
}

TEST_F(MailTokenTest, FloodsNoMailbox) {
  AddUser();
  auth_options_.mails_to_account = {.burst = 3, .per_try = 10min};
  const auto ask = [&](int i, const std::string& email) {
    return Reset({{"email", email}}, {.address = "198.51.100." + std::to_string(i)});
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(i, kEmail).status, 202);

  const Answer answer = ask(3, "Ada@example.org");

  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.code(), "too_many_attempts");
  EXPECT_EQ(answer.headers.Get("Retry-After"), "600");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(i, "nobody@example.org").status, 202);
  EXPECT_EQ(ask(4, "nobody@example.org").status, 429) << "alike";
  int mails = 0;
  while (TakeMail()) ++mails;
  EXPECT_EQ(mails, 3);
}

TEST_F(MailTokenTest, SlowsDownWhoTriesTokens) {
  auth_options_.requests_from_address = {.burst = 2, .per_try = 60s};
  for (int i = 0; i < 2; ++i) ExpectTokenInvalid(Verify({{"token", NewToken()}}));

  EXPECT_EQ(Verify({{"token", NewToken()}}).status, 429);
  EXPECT_EQ(Reset({{"token", NewToken()}, {"password", kPassword}}).status, 429);
  clock_.now += 60s;
  ExpectTokenInvalid(Reset({{"token", NewToken()}, {"password", kPassword}}));
}

}  // namespace
}  // namespace tapmask::api
