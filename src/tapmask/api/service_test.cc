// SPDX-License-Identifier: Apache-2.0

#include <optional>
#include <string>

#include "tapmask/api/account_fixture.h"
#include "tapmask/api/openapi_text.h"
#include "tapmask/core/build_id.h"

namespace tapmask::api {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

// Stores of which one thing can fail.
class SickStores final : public Stores {
 public:
  explicit SickStores(Stores& stores) : stores_(stores) {}
  UserStore& users() override { return stores_.users(); }
  CredentialStore& credentials() override { return stores_.credentials(); }
  VideoStore& videos() override { return stores_.videos(); }
  UploadStore& uploads() override { return stores_.uploads(); }
  JobStore& jobs() override { return stores_.jobs(); }
  MailOutbox& mails() override { return stores_.mails(); }
  void CheckReady() override {
    ++checks;
    if (sickness) throw Error(*sickness, "Not now.");
    stores_.CheckReady();
  }

  std::optional<Code> sickness;
  int checks = 0;

 private:
  Stores& stores_;
};

class ServiceTest : public AccountFixture {
 protected:
  ServiceTest() {
    services_.reset(new Services{sick_, blobs_, signer_, clock_, pool_, *watch_,
                                 Log(log_text_, LogLevel::kDebug), metrics_, ServiceSettings{}});
  }

  SickStores sick_{*stores_};
};

TEST_F(ServiceTest, SaysWhatItOffers) {
  services_->settings.engines = {"classical", "sam2.1-tiny"};

  const Answer answer = Get("/api/v1/config");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.Get("Cache-Control"), "private, no-cache");
  const Json expected = Json::parse(R"({
    "uploadKind": "tus", "registrationOpen": true, "mailEnabled": false, "retentionSec": 86400,
    "longPollMaxSec": 25, "formats": ["mp4", "mov", "avi", "webm", "mkv"],
    "modes": ["privacy_blur", "magic_eraser"],
    "styles": ["secure", "gaussian", "pixelate", "solid"],
    "engines": [{"name": "classical", "isDefault": true},
                {"name": "sam2.1-tiny", "isDefault": false}],
    "tiers": {
      "free": {"videosPerMonth": 5, "maxFileBytes": 500000000, "maxStoredBytes": 2000000000,
        "maxDurationSec": 300, "maxLongSidePx": 1920, "maxShortSidePx": 1080, "maxFrames": 18000,
        "maxWaitingJobs": 5, "maxRunningJobs": 1},
      "pro": {"videosPerMonth": 100, "maxFileBytes": 10000000000, "maxStoredBytes": 100000000000,
        "maxDurationSec": 3600, "maxLongSidePx": 4096, "maxShortSidePx": 2304,
        "maxFrames": 432000, "maxWaitingJobs": 100, "maxRunningJobs": 4},
      "local": {"videosPerMonth": null, "maxFileBytes": null, "maxStoredBytes": null,
        "maxDurationSec": 14400, "maxLongSidePx": 8192, "maxShortSidePx": 4320,
        "maxFrames": 1000000, "maxWaitingJobs": 10000, "maxRunningJobs": 64}}})");
  Json json = answer.json;
  EXPECT_EQ(json["version"], BuildId());
  json.erase("version");
  EXPECT_EQ(json, expected);
}

TEST_F(ServiceTest, SaysWhetherOneCanRegister) {
  ServiceSettings& settings = services_->settings;
  for (const bool is_on_loopback : {false, true}) {
    for (const bool sends_mail : {false, true}) {
      settings.is_on_loopback = is_on_loopback;
      settings.sends_mail = sends_mail;
      const Json json = Get("/api/v1/config").json;
      EXPECT_EQ(json["registrationOpen"], is_on_loopback || sends_mail);
      EXPECT_EQ(json["mailEnabled"], sends_mail);
    }
  }
  settings.retention.reset();
  EXPECT_EQ(Get("/api/v1/config").json["retentionSec"], nullptr);
  settings.retention = 1ms;
  EXPECT_EQ(Get("/api/v1/config").json["retentionSec"], 1);
}

TEST_F(ServiceTest, ShowsTheDescriptionOfItsInterface) {
  const Answer answer = Get("/api/v1/openapi.yaml");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.Get("Content-Type"), "application/yaml");
  EXPECT_EQ(answer.headers.Get("Cache-Control"), "private, no-cache");
  EXPECT_TRUE(answer.text == OpenapiText());
  EXPECT_TRUE(answer.text.starts_with("# SPDX-License-Identifier: Apache-2.0\n"));
  EXPECT_NE(answer.text.find("\nopenapi: 3.1.0\n"), std::string::npos);
  EXPECT_NE(answer.text.find("…"), std::string::npos) << "not only ASCII";
  EXPECT_EQ(answer.text.back(), '\n');
  const std::string etag(answer.headers.Get("ETag").value_or(""));
  const Answer again = Get("/api/v1/openapi.yaml", {.headers = {{"If-None-Match", etag}}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.text, "");
  EXPECT_EQ(again.headers.Get("ETag"), etag);
}

TEST_F(ServiceTest, IsHealthyWhateverTheStoreSays) {
  sick_.sickness = Code::kUnavailable;

  const Answer answer = Get("/healthz");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json, (Json{{"status", "ok"}}));
  EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-store");
  EXPECT_EQ(sick_.checks, 0);
}

TEST_F(ServiceTest, IsReadyWhenTheStoreCanBeWritten) {
  EXPECT_EQ(Get("/readyz").json, (Json{{"status", "ok"}}));
  for (const Code code : {Code::kUnavailable, Code::kStorageFull}) {
    clock_.now += 1s;
    sick_.sickness = code;
    const Answer answer = Get("/readyz");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.code(), "not_ready");
    EXPECT_TRUE(answer.headers.Has("Retry-After"));
  }
  sick_.sickness.reset();
  EXPECT_EQ(Get("/readyz").status, 200);
}

TEST_F(ServiceTest, DoesNotWriteForEveryoneWhoAsksWhetherItIsReady) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Get("/readyz").status, 200);
  EXPECT_EQ(sick_.checks, 1);
  clock_.now -= 24h;
  EXPECT_EQ(Get("/readyz").status, 200);
  EXPECT_EQ(sick_.checks, 2) << "a clock that is set back keeps nothing true";
}

TEST_F(ServiceTest, IsNotReadyWhileItStops) {
  EXPECT_EQ(Get("/readyz").status, 200);
  std::stop_source stop;
  stop.request_stop();

  const Answer answer = Get("/readyz", {.stop = stop.get_token()});

  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.code(), "not_ready");
}

TEST_F(ServiceTest, TakesNoBodies) {
  for (const char* target : {"/api/v1/config", "/api/v1/openapi.yaml", "/healthz", "/readyz"}) {
    EXPECT_EQ(Get(target, {.body = "{}"}).code(), "body_too_large") << target;
    EXPECT_EQ(Post(target, "").code(), "method_not_allowed") << target;
  }
}

}  // namespace
}  // namespace tapmask::api
