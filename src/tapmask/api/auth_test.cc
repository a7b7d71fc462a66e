// SPDX-License-Identifier: Apache-2.0
// Registering, signing in and signing out.
#include "tapmask/api/auth.h"

#include <set>
#include <string>
#include <vector>

#include "tapmask/api/account_fixture.h"
#include "tapmask/api/token.h"

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

std::string Credentials(const std::string& email, const std::string& password) {
  return Json{{"email", email}, {"password", password}}.dump();
}

class AuthTest : public AccountFixture {
 protected:
  Answer Register(const std::string& email = kEmail, const std::string& password = kPassword,
                  Asking asking = {}) {
    return Post("/api/v1/auth/register", Credentials(email, password), std::move(asking));
  }
  static void ExpectTooMany(const Answer& answer, int64_t seconds) {
    EXPECT_EQ(answer.status, 429) << answer.text;
    EXPECT_EQ(answer.code(), "too_many_attempts");
    EXPECT_EQ(answer.headers.Get("Retry-After"), std::to_string(seconds));
  }
};

TEST_F(AuthTest, MakesAVerifiedAccountOnLoopbackWithoutMail) {
  const Answer answer = Register("Ada@Example.org");

  ASSERT_EQ(answer.status, 201) << answer.text;
  const User user = *stores_->users().FindByEmail(kEmail);
  const Json expected{{"userId", user.id.text()},
                      {"email", "Ada@Example.org"},
                      {"isVerified", true},
                      {"tierType", "free"},
                      {"monthlyQuota", 0},
                      {"monthlyLimit", 5},
                      {"quotaResetDate", "2026-04-01T12:00:00.000Z"},
                      {"storedBytes", 0},
                      {"createdAt", "2026-03-01T12:00:00.000Z"}};
  EXPECT_EQ(answer.json, expected);
  EXPECT_FALSE(answer.headers.Has("Set-Cookie")) << "nobody is signed in by this";
  EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-store");
  EXPECT_TRUE(user.password_hash.starts_with("$argon2id$"));
  EXPECT_FALSE(TakeMail());
  EXPECT_EQ(Login("aDA@example.org").status, 200);
}

TEST_F(AuthTest, IsClosedOffLoopbackWithoutMail) {
  services_->settings.is_on_loopback = false;

  const Answer answer = Register();

  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.code(), "registration_closed");
  EXPECT_FALSE(stores_->users().FindByEmail(kEmail));
}

TEST_F(AuthTest, MailsALinkWhereItCan) {
  services_->settings.sends_mail = true;
  for (const bool is_on_loopback : {false, true}) {
    services_->settings.is_on_loopback = is_on_loopback;
    const std::string email = is_on_loopback ? "bob@example.org" : kEmail;

    const Answer answer = Register(email);

    ASSERT_EQ(answer.status, 201) << answer.text;
    EXPECT_EQ(answer.json["isVerified"], false);
    const Answer too_early = Login(email);
    EXPECT_EQ(too_early.status, 403);
    EXPECT_EQ(too_early.code(), "email_not_verified");
    EXPECT_EQ(Login(email, "wrong password").code(), "wrong_password")
        << "only who knows the password learns that";
    const std::optional<Mail> mail = TakeMail();
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->kind, MailKind::kVerifyEmail);
    EXPECT_EQ(mail->user_id, stores_->users().FindByEmail(email)->id);
    EXPECT_TRUE(mail->link.starts_with("/verify?token=")) << mail->link;
    EXPECT_TRUE(IsToken(TokenOf(*mail)));
    EXPECT_FALSE(TakeMail());
  }
}

TEST_F(AuthTest, RefusesAnAddressThatIsTaken) {
  ASSERT_EQ(Register().status, 201);
  const std::string hash = stores_->users().FindByEmail(kEmail)->password_hash;

  const Answer answer = Register("ADA@example.org", "another password");

  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.code(), "email_taken");
  EXPECT_EQ(stores_->users().FindByEmail(kEmail)->password_hash, hash);
}

TEST_F(AuthTest, OfTwoAtOnceOneGetsTheAddress) {
  const auto first =
      Begin(Method::kPost, "/api/v1/auth/register", {.body = Credentials(kEmail, kPassword)});
  const auto second =
      Begin(Method::kPost, "/api/v1/auth/register", {.body = Credentials(kEmail, kPassword)});
  std::multiset<int> statuses{Finish(first).status, Finish(second).status};

  EXPECT_EQ(statuses, (std::multiset<int>{201, 409}));
}

TEST_F(AuthTest, AnAddressIsFreeAgainWhenItsAccountIsErasedAndNotBefore) {
  const User user = AddUser();
  ASSERT_TRUE(stores_->users().Close(user.id, clock_.now));
  EXPECT_EQ(Register().code(), "email_taken");
  EXPECT_EQ(Login().code(), "wrong_password");

  ASSERT_TRUE(stores_->users().Erase(user.id));

  EXPECT_EQ(Register().status, 201);
  EXPECT_EQ(Login().status, 200);
}

TEST_F(AuthTest, SaysWhatIsWrongWithTheBody) {
  struct Case {
    std::string body, code;
  };
  const auto credentials = [](std::string email, std::string password) {
    return Credentials(email, password);
  };
  std::string euro_256;
  for (int i = 0; i < 256; ++i) euro_256 += "€";
  const std::vector<Case> cases{
      {"", "invalid_json"},
      {"{", "invalid_json"},
      {"[]", "invalid_json"},
      {R"({"email":"a@b.co","email":"c@d.co","password":"correct horse"})", "invalid_json"},
      {"{}", "invalid_argument"},
      {R"({"email":"a@b.co"})", "invalid_argument"},
      {R"({"password":"correct horse"})", "invalid_argument"},
      {R"({"email":null,"password":"correct horse"})", "invalid_argument"},
      {R"({"email":1,"password":"correct horse"})", "invalid_argument"},
      {R"({"email":"a@b.co","password":["correct horse"]})", "invalid_argument"},
      {R"({"email":"a@b.co","password":"correct horse","tier":"pro"})", "invalid_argument"},
      {credentials("ada", kPassword), "invalid_argument"},
      {credentials("@", kPassword), "invalid_argument"},
      {credentials("a@b", kPassword), "invalid_argument"},
      {credentials("a@b.co\r\nBcc: c@d.co", kPassword), "invalid_argument"},
      {credentials(" a@b.co", kPassword), "invalid_argument"},
      {credentials("a@127.0.0.1", kPassword), "invalid_argument"},
      {credentials(std::string(250, 'a') + "@b.co", kPassword), "invalid_argument"},
      {credentials(kEmail, ""), "invalid_argument"},
      {credentials(kEmail, "123456789"), "invalid_argument"},
      {credentials(kEmail, std::string(257, 'x')), "invalid_argument"},
      {credentials(kEmail, euro_256 + "€"), "invalid_argument"},
  };
  for (const Case& each : cases) {
    const Answer answer = Post("/api/v1/auth/register", each.body,
                               {.headers = {{"Content-Type", "application/json"}}});
    EXPECT_EQ(answer.status, 400) << each.body.substr(0, 100);
    EXPECT_EQ(answer.code(), each.code) << each.body.substr(0, 100) << answer.text;
    EXPECT_EQ(answer.text.find("correct"), std::string::npos);
  }
  EXPECT_EQ(Register(kEmail, euro_256).status, 201) << "characters count, not bytes";
  EXPECT_EQ(Login(kEmail, euro_256).status, 200);
}

// Regression: whoever registered it first had the local owner's account later.
TEST_F(AuthTest, GivesNobodyAnAddressOfTheServersOwn) {
  services_->settings.sends_mail = true;
  for (const char* email :
       {"owner@localhost", "OWNER@LocalHost", "ada@localhost", "owner@localhost."}) {
    const Answer answer = Register(email);
    EXPECT_EQ(answer.status, 400) << email;
    EXPECT_EQ(answer.code(), "invalid_argument") << email;
    EXPECT_FALSE(stores_->users().FindByEmail(email)) << email;

    EXPECT_EQ(Post("/api/v1/auth/reset", Json{{"email", email}}.dump()).code(), "invalid_argument")
        << email;
  }
  AddUser("owner@localhost", Tier::kLocal);
  EXPECT_EQ(Post("/api/v1/auth/reset", R"({"email":"owner@localhost"})").code(),
            "invalid_argument");
  EXPECT_FALSE(TakeMail());
}

TEST_F(AuthTest, RefusesWhatIsNoJsonAndUnknownMembersEverywhere) {
  const Headers json{{"Content-Type", "application/json"}};
  for (const char* path : {"register", "login", "verify", "reset"}) {
    const std::string target = std::string("/api/v1/auth/") + path;
    for (const char* body : {"", "{", "[]", "{\"email\":\"\xff\"}", "{\"a\":1,\"a\":2}"}) {
      const Answer answer = Post(target, body, {.headers = json});
      EXPECT_EQ(answer.status, 400) << path << body;
      EXPECT_EQ(answer.code(), "invalid_json") << path << body;
    }
    EXPECT_EQ(Post(target, R"({"mail":"a@b.co"})").code(), "invalid_argument") << path;
  }
  EXPECT_EQ(Login("ada", kPassword).code(), "invalid_argument");
  EXPECT_EQ(Login(kEmail, "").code(), "invalid_argument");
  EXPECT_EQ(Login(kEmail, std::string(257, 'x')).code(), "invalid_argument");
}

TEST_F(AuthTest, RefusesOtherTypesSizesAndSites) {
  for (const char* path : {"register", "login", "verify", "reset"}) {
    const std::string target = std::string("/api/v1/auth/") + path;
    const std::string body = Credentials(kEmail, kPassword);
    const Answer form = Post(target, body, {.headers = {{"Content-Type", "text/plain"}}});
    EXPECT_EQ(form.status, 415) << path;
    EXPECT_EQ(form.code(), "unsupported_content_type");
    const Answer large = Post(target, std::string(8'193, ' '));
    EXPECT_EQ(large.status, 413) << path;
    EXPECT_EQ(large.code(), "body_too_large");
    const Answer foreign = Post(target, body, {.headers = {{"Origin", "http://evil.example"}}});
    EXPECT_EQ(foreign.status, 403) << path;
    EXPECT_EQ(foreign.code(), "origin_not_allowed");
  }
  EXPECT_FALSE(stores_->users().FindByEmail(kEmail));
}

TEST_F(AuthTest, SignsIn) {
  const User user = AddUser("ada@example.org", Tier::kPro);
  clock_.now += 1min;

  const Answer answer = Login();

  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.json["userId"], user.id.text());
  EXPECT_EQ(answer.json["tierType"], "pro");
  EXPECT_EQ(answer.json["lastLoginAt"], "2026-03-01T12:01:00.000Z");
  EXPECT_EQ(answer.headers.Get("Set-Cookie"),
            "tapmask_session=" + answer.session() +
                "; Path=/; Max-Age=1209600; HttpOnly; SameSite=Strict");
  EXPECT_TRUE(IsToken(answer.session()));
  EXPECT_EQ(DatabaseBytes().find(answer.session()), std::string::npos) << "kept as a hash only";
  EXPECT_EQ(Get("/api/v1/me", {.session = answer.session()}).json, answer.json);
  clock_.now += 24h * 14 - 1ms;
  EXPECT_EQ(Get("/api/v1/me", {.session = answer.session()}).status, 200);
  clock_.now += 1ms;
  EXPECT_EQ(Get("/api/v1/me", {.session = answer.session()}).status, 401);
}

TEST_F(AuthTest, LocksTheCookieDownOverTls) {
  services_->settings.is_over_tls = true;
  AddUser();

  const std::string cookie(Login().headers.Get("Set-Cookie").value_or(""));

  EXPECT_TRUE(cookie.starts_with("__Host-tapmask=")) << cookie;
  EXPECT_NE(cookie.find("; Secure"), std::string::npos) << cookie;
}

TEST_F(AuthTest, AnswersUnknownAddressAndWrongPasswordAlike) {
  AddUser();
  User mute = AddUser("mute@example.org");
  ASSERT_TRUE(stores_->users().SetPasswordHash(mute.id, ""));

  const Answer wrong = Login(kEmail, "wrong password");
  const Answer unknown = Login("nobody@example.org", "wrong password");
  const Answer without = Login("mute@example.org", "wrong password");
  const Answer empty = Login("mute@example.org", " ");
  const Answer strange = Login("%@%", kPassword);

  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.code(), "wrong_password");
  EXPECT_TRUE(wrong.headers.Has("WWW-Authenticate"));
  for (const Answer& answer : {unknown, without, empty, strange}) {
    EXPECT_EQ(answer.status, wrong.status);
    EXPECT_EQ(answer.text, wrong.text);
    ASSERT_EQ(answer.headers.fields().size(), wrong.headers.fields().size());
    for (size_t i = 0; i < wrong.headers.fields().size(); ++i) {
      if (wrong.headers.fields()[i].first == "X-Request-Id") continue;
      EXPECT_EQ(answer.headers.fields()[i], wrong.headers.fields()[i]);
    }
  }
}

TEST_F(AuthTest, SlowsDownWhoGuessesAnAccount) {
  auth_options_.sign_in_to_account = {.burst = 3, .per_try = 60s};
  AddUser();
  AddUser("bob@example.org");
  const auto from = [](int i) { return Asking{.address = "198.51.100." + std::to_string(i)}; };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Login(kEmail, "wrong", from(i)).status, 401);

  ExpectTooMany(Login("ADA@example.org", "wrong", from(4)), 60);
  ExpectTooMany(Login(kEmail, kPassword, from(5)), 60);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Login("nobody@example.org", "wrong", from(i)).status, 401);
  ExpectTooMany(Login("nobody@example.org", "wrong", from(6)), 60);
  EXPECT_EQ(Login("bob@example.org").status, 200) << "others are not in its way";
  clock_.now += 60s;
  EXPECT_EQ(Login(kEmail, kPassword, from(7)).status, 200);
}

TEST_F(AuthTest, SlowsDownWhoGuessesFromOneAddress) {
  auth_options_.sign_in_from_address = {.burst = 3, .per_try = 10s};
  AddUser();
  const auto guess = [&](int i, const std::string& address) {
    return Login("user" + std::to_string(i) + "@example.org", "wrong", {.address = address});
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(guess(i, "2001:db8::" + std::to_string(i + 1)).status, 401);
  }

  ExpectTooMany(guess(3, "2001:db8::ffff"), 10);
  EXPECT_EQ(guess(3, "2001:db8:0:1::1").status, 401);
  clock_.now += 4s;
  ExpectTooMany(guess(4, "2001:db8::1"), 6);
  clock_.now += 6s;
  EXPECT_EQ(guess(5, "2001:db8::1").status, 401);
}

TEST_F(AuthTest, DoesNotCountGoodSignIns) {
  auth_options_.sign_in_to_account = {.burst = 2, .per_try = 60s};
  auth_options_.sign_in_from_address = {.burst = 2, .per_try = 60s};
  AddUser();

  for (int i = 0; i < 10; ++i) EXPECT_EQ(Login().status, 200) << i;
}

TEST_F(AuthTest, SlowsDownWhoRegisters) {
  auth_options_.requests_from_address = {.burst = 2, .per_try = 60s};

  EXPECT_EQ(Register("a@example.org").status, 201);
  EXPECT_EQ(Register("a@example.org").status, 409);
  ExpectTooMany(Register("b@example.org"), 60);
  EXPECT_EQ(Register("b@example.org", kPassword, {.address = "192.0.2.2"}).status, 201);
}

TEST_F(AuthTest, SaysUnavailableWhenTooManyPasswordsWait) {
  WorkTurns none({.at_once = 1, .most_waiting = 0});
  auth_options_.turns = &none;
  services_->settings.sends_mail = true;
  const User user = AddUser();
  ASSERT_EQ(Post("/api/v1/auth/reset", R"({"email":"ada@example.org"})").status, 202);
  const std::string token = TokenOf(*TakeMail());
  const std::string reset = Json{{"token", token}, {"password", "a better one"}}.dump();
  {
    std::optional<WorkTurns::Turn> turn;
    std::exception_ptr failure;
    loop_.Begin(none.Wait(), turn, failure);
    ASSERT_TRUE(turn);

    for (const Answer& answer : {Login(), Login("nobody@example.org"), Register("b@example.org"),
                                 Post("/api/v1/auth/reset", reset)}) {
      EXPECT_EQ(answer.status, 503) << answer.text;
      EXPECT_EQ(answer.code(), "unavailable");
      EXPECT_TRUE(answer.headers.Has("Retry-After"));
    }
  }

  EXPECT_EQ(Post("/api/v1/auth/reset", reset).status, 204) << "the token was not lost";
  EXPECT_EQ(Login(kEmail, "a better one").status, 200);
}

TEST_F(AuthTest, MakesABetterHashWhenThePasswordIsRight) {
  auth_options_.password = {.memory_bytes = 128 << 10, .passes = 1};
  const User user = AddUser();  // With a cheaper one.

  EXPECT_EQ(Login(kEmail, "wrong password").status, 401);
  EXPECT_EQ(stores_->users().Get(user.id)->password_hash, user.password_hash);
  EXPECT_EQ(Login().status, 200);

  const std::string hash = stores_->users().Get(user.id)->password_hash;
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=128,t=1,")) << hash;
  EXPECT_EQ(Login().status, 200);
  EXPECT_EQ(stores_->users().Get(user.id)->password_hash, hash);
}

// The password was right when it was looked at; then it was reset, which ends all sessions.
TEST_F(AuthTest, SignsNobodyInByAPasswordThatWasReplacedMeanwhile) {
  WorkTurns one({.at_once = 1, .most_waiting = 8});
  auth_options_.turns = &one;
  const User user = AddUser();
  std::optional<WorkTurns::Turn> turn;
  std::exception_ptr failure;
  loop_.Begin(one.Wait(), turn, failure);
  const auto login =
      Begin(Method::kPost, "/api/v1/auth/login", {.body = Credentials(kEmail, kPassword)});
  loop_.RunUntil([&] { return one.waiting() == 1; });  // The account's row has been read.

  ASSERT_TRUE(stores_->users().SetPasswordHash(user.id, "$argon2id$another"));
  turn.reset();
  const Answer answer = Finish(login);

  EXPECT_EQ(answer.status, 401) << answer.text;
  EXPECT_EQ(answer.code(), "wrong_password");
  EXPECT_EQ(stores_->credentials().RemoveSessions(user.id), 0);
}

TEST_F(AuthTest, SignsNobodyInToAnAccountThatWasClosedMeanwhile) {
  WorkTurns one({.at_once = 1, .most_waiting = 8});
  auth_options_.turns = &one;
  const User user = AddUser();
  std::optional<WorkTurns::Turn> turn;
  std::exception_ptr failure;
  loop_.Begin(one.Wait(), turn, failure);
  const auto login =
      Begin(Method::kPost, "/api/v1/auth/login", {.body = Credentials(kEmail, kPassword)});
  loop_.RunUntil([&] { return one.waiting() == 1; });

  ASSERT_TRUE(stores_->users().Close(user.id, clock_.now));
  turn.reset();
  const Answer answer = Finish(login);

  EXPECT_EQ(answer.status, 401) << answer.text;
  EXPECT_EQ(answer.code(), "wrong_password");
}

TEST_F(AuthTest, SignsOut) {
  const User user = AddUser();
  const std::string session = SignIn(user), other = SignIn(user);

  const Answer answer = Post("/api/v1/auth/logout", "", {.session = session});

  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.headers.Get("Set-Cookie"),
            "tapmask_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
  EXPECT_EQ(Get("/api/v1/me", {.session = session}).status, 401);
  EXPECT_EQ(Get("/api/v1/me", {.session = other}).status, 200) << "other sessions go on";
  EXPECT_EQ(Post("/api/v1/auth/logout", "", {.session = session}).code(), "unauthenticated");
}

TEST_F(AuthTest, SignsOutWhoMayOnly) {
  const std::string session = SignIn(AddUser());
  const std::string key = NewKey(session);

  EXPECT_EQ(Post("/api/v1/auth/logout", "").code(), "unauthenticated");
  EXPECT_EQ(Post("/api/v1/auth/logout", "", {.key = key}).code(), "session_required");
  EXPECT_EQ(Post("/api/v1/auth/logout", "",
                 {.session = session, .headers = {{"Origin", "http://evil.example"}}})
                .code(),
            "origin_not_allowed");
  EXPECT_EQ(Post("/api/v1/auth/logout", std::string(1'025, ' '), {.session = session}).code(),
            "body_too_large");
  EXPECT_EQ(Get("/api/v1/me", {.session = session}).status, 200);
}

}  // namespace
}  // namespace tapmask::api
