// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <string>

#include "tapmask/api/account_fixture.h"
#include "tapmask/api/token.h"

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class KeysTest : public AccountFixture {
 protected:
  KeysTest() : user_(AddUser()), session_(SignIn(user_)) {}
  Answer Create(const Json& body) {
    return Post("/api/v1/keys", body.dump(), {.session = session_});
  }
  Json List() { return Get("/api/v1/keys", {.session = session_}).json["keys"]; }

  const User user_;
  const std::string session_;
};

TEST_F(KeysTest, AreShownOnce) {
  const Answer answer = Create({{"name", "nightly batch ✓"}});

  ASSERT_EQ(answer.status, 201) << answer.text;
  const std::string key = answer.json["key"];
  EXPECT_TRUE(IsApiKey(key));
  EXPECT_EQ(answer.json.size(), 5u);
  EXPECT_EQ(answer.json["name"], "nightly batch ✓");
  EXPECT_EQ(answer.json["prefix"], key.substr(0, 11));
  EXPECT_EQ(answer.json["createdAt"], "2026-03-01T12:00:00.000Z");
  EXPECT_EQ(Get("/api/v1/me", {.key = key}).status, 200);
  EXPECT_EQ(DatabaseBytes().find(key), std::string::npos);
  EXPECT_EQ(DatabaseBytes().find(key.substr(11)), std::string::npos);
  const Answer list = Get("/api/v1/keys", {.session = session_});
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(list.text.find(key), std::string::npos);
  Json shown = answer.json;
  shown.erase("key");
  shown["lastUsedAt"] = "2026-03-01T12:00:00.000Z";
  EXPECT_EQ(list.json, (Json{{"keys", {shown}}}));
}

TEST_F(KeysTest, AreListedTheNewestFirstAndOnesOwnOnly) {
  EXPECT_EQ(List(), Json::array());
  Create({{"name", "first"}});
  clock_.now += 1s;
  Create({{"name", "second"}});
  NewKey(SignIn(AddUser("bob@example.org")));

  ASSERT_EQ(List().size(), 2u);
  EXPECT_EQ(List()[0]["name"], "second");
  EXPECT_EQ(List()[1]["name"], "first");
  EXPECT_FALSE(List()[0].contains("lastUsedAt"));
}

class SlowStores final : public Stores {
 public:
  explicit SlowStores(Stores& stores) : stores_(stores) {}
  UserStore& users() override { return stores_.users(); }
  CredentialStore& credentials() override {
    if (calls++ == 1) before_second();  // The first one looks for the session.
    return stores_.credentials();
  }
  VideoStore& videos() override { return stores_.videos(); }
  UploadStore& uploads() override { return stores_.uploads(); }
  JobStore& jobs() override { return stores_.jobs(); }
  MailOutbox& mails() override { return stores_.mails(); }
  void CheckReady() override { stores_.CheckReady(); }

  int calls = 0;
  std::function<void()> before_second;

 private:
  Stores& stores_;
};

// Else whoever is put out by a new password could be quick enough to keep a key.
TEST_F(KeysTest, AreNotMadeByASessionThatEndsMeanwhile) {
  SlowStores slow(*stores_);
  slow.before_second = [&] { EXPECT_EQ(stores_->credentials().RemoveSessions(user_.id), 1); };
  services_.reset(new Services{slow, blobs_, signer_, clock_, pool_, *watch_,
                               Log(log_text_, LogLevel::kDebug), metrics_, ServiceSettings{}});

  EXPECT_EQ(Create({{"name", "mine"}}).code(), "unauthenticated");

  EXPECT_GT(slow.calls, 1);
  EXPECT_TRUE(stores_->credentials().Keys(user_.id).empty());
}

TEST_F(KeysTest, TakeANameOfOneLine) {
  std::string longest;
  for (int i = 0; i < 100; ++i) longest += "\U0001F511";
  EXPECT_EQ(Create({{"name", longest}}).status, 201);
  for (const Json& body :
       {Json::object(), Json{{"name", ""}}, Json{{"name", nullptr}}, Json{{"name", 5}},
        Json{{"name", longest + "x"}}, Json{{"name", "two\nlines"}}, Json{{"name", "\x7f"}},
        Json{{"name", std::string("nul\0", 4)}}, Json{{"name", "x"}, {"a", 1}}}) {
    const Answer answer = Create(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.code(), "invalid_argument") << body;
  }
  EXPECT_EQ(Post("/api/v1/keys", "{", {.session = session_}).code(), "invalid_json");
  EXPECT_EQ(
      Post("/api/v1/keys", "{}", {.session = session_, .headers = {{"Content-Type", "text/plain"}}})
          .code(),
      "unsupported_content_type");
  EXPECT_EQ(Post("/api/v1/keys", std::string(8'193, ' '), {.session = session_}).code(),
            "body_too_large");
  EXPECT_EQ(List().size(), 1u);
}

TEST_F(KeysTest, AreNotEndless) {
  for (int i = 0; i < 100; ++i) ASSERT_EQ(Create({{"name", std::to_string(i)}}).status, 201);

  const Answer answer = Create({{"name", "one more"}});

  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.code(), "too_many_keys");
  EXPECT_EQ(List().size(), 100u);
  EXPECT_EQ(
      Delete("/api/v1/keys/" + List()[0]["keyId"].get<std::string>(), {.session = session_}).status,
      204);
  EXPECT_EQ(Create({{"name", "one more"}}).status, 201);
}

TEST_F(KeysTest, AreRevokedAtOnce) {
  const std::string key = NewKey(session_), other = NewKey(session_);
  const std::string id = List()[1]["keyId"];

  EXPECT_EQ(Delete("/api/v1/keys/" + id, {.session = session_}).status, 204);

  EXPECT_EQ(Get("/api/v1/me", {.key = key}).status, 401);
  EXPECT_EQ(Get("/api/v1/me", {.key = other}).status, 200);
  EXPECT_EQ(Delete("/api/v1/keys/" + id, {.session = session_}).code(), "not_found");
}

TEST_F(KeysTest, AreRevokedByTheirOwnerOnly) {
  const std::string key = NewKey(session_);
  const std::string id = List()[0]["keyId"];
  const std::string other = SignIn(AddUser("bob@example.org"));

  for (const std::string& target :
       {id, KeyId::New().text(), std::string("x"), id + "0", std::string("%00"),
        std::string("00000000-0000-0000-0000-000000000000")}) {
    const Answer answer = Delete("/api/v1/keys/" + target, {.session = other});
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(answer.code(), "not_found");
    EXPECT_EQ(answer.text.find("bob"), std::string::npos);
  }
  EXPECT_EQ(Get("/api/v1/me", {.key = key}).status, 200);
}

TEST_F(KeysTest, NeedASessionOfTheSameOrigin) {
  const std::string key = NewKey(session_);
  const std::string target = "/api/v1/keys/" + List()[0]["keyId"].get<std::string>();
  struct Case {
    Asking asking;
    std::string code;
  };
  for (const Case& each :
       {Case{{}, "unauthenticated"}, Case{{.session = NewToken()}, "unauthenticated"},
        Case{{.key = key}, "session_required"}}) {
    EXPECT_EQ(Get("/api/v1/keys", each.asking).code(), each.code);
    EXPECT_EQ(Post("/api/v1/keys", R"({"name":"x"})", each.asking).code(), each.code);
    EXPECT_EQ(Delete(target, each.asking).code(), each.code);
  }
  const Asking foreign{.session = session_, .headers = {{"Origin", "https://evil.example"}}};
  EXPECT_EQ(Post("/api/v1/keys", R"({"name":"x"})", foreign).code(), "origin_not_allowed");
  EXPECT_EQ(Delete(target, foreign).code(), "origin_not_allowed");
  EXPECT_EQ(Delete(target, {.body = std::string(1'025, ' '), .session = session_}).code(),
            "body_too_large");
  EXPECT_EQ(List().size(), 1u);
}

}  // namespace
}  // namespace tapmask::api
