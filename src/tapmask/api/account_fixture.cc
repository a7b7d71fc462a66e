// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/account_fixture.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tapmask/api/authenticator.h"
#include "tapmask/api/cookie.h"
#include "tapmask/api/token.h"
#include "tapmask/store/sqlite/sqlite_stores.h"

namespace tapmask::api {

namespace {

constexpr PasswordHasher::Options kQuick{.memory_bytes = 64 << 10, .passes = 1};

}  // namespace

struct AccountFixture::Running {
  Request request;
  Dispatcher::Plan plan;
  std::optional<Response> response;
  std::exception_ptr failure;
};

AccountFixture::AccountFixture()
    : stores_(OpenSqliteStores(folder_.path() / "tapmask.db", JobRules{})),
      blobs_({folder_.path() / "blobs", std::nullopt}),
      signer_(folder_.path() / "signing-keys", clock_.now),
      watch_(std::make_unique<JobWatch>(stores_->jobs(), JobWatch::Options{})) {
  auth_options_.password = kQuick;
  auth_options_.turns = &turns_;
  services_.reset(new Services{*stores_, blobs_, signer_, clock_, pool_, *watch_,
                               Log(log_text_, LogLevel::kDebug), metrics_, ServiceSettings{}});
}

AccountFixture::~AccountFixture() {
  for (const char* secret : {"@", "correct", "tm_", "token=", "/reset", "$argon2id"}) {
    EXPECT_EQ(LogText().find(secret), std::string::npos) << LogText();
  }
}

void AccountFixture::Open() {
  if (dispatcher_) return;
  Dispatcher::Options options;
  AddAuthRoutes(options.routes, *services_, auth_options_);
  AddMeRoutes(options.routes, *services_);
  AddKeyRoutes(options.routes, *services_);
  AddServiceRoutes(options.routes, *services_);
  AddPageRoutes(options.routes, *services_, page_files_);
  options.authenticate = MakeAuthenticate(*services_);
  options.is_over_tls = services_->settings.is_over_tls;
  options.on_failure = [this](std::string_view, std::string_view what) { failure_ = what; };
  dispatcher_.emplace(std::move(options), pool_);
}

std::shared_ptr<AccountFixture::Running> AccountFixture::Begin(Method method, std::string target,
                                                               Asking asking) {
  Open();
  auto running = std::make_shared<Running>();
  Request& request = running->request;
  request.method = method;
  request.target = std::move(target);
  request.headers = std::move(asking.headers);
  if (!request.headers.Has("Host")) request.headers.Add("Host", "localhost");
  if (!asking.session.empty()) {
    const SessionCookie cookie(services_->settings.is_over_tls);
    request.headers.Add("Cookie", std::string(cookie.name()) + "=" + asking.session);
    if (!request.headers.Has("Origin") && !request.headers.Has("Sec-Fetch-Site")) {
      request.headers.Add("Sec-Fetch-Site", "same-origin");
    }
  }
  if (!asking.key.empty()) request.headers.Add("Authorization", "Bearer " + asking.key);
  if (!asking.body.empty() && !request.headers.Has("Content-Type")) {
    request.headers.Add("Content-Type", "application/json");
  }
  request.peer_address = asking.address;
  request.stop = asking.stop;
  running->plan = dispatcher_->Begin(request);
  if (!running->plan.answer) {
    running->plan.answer =
        Dispatcher::RefuseBody(running->plan, static_cast<int64_t>(asking.body.size()));
  }
  request.body = std::move(asking.body);
  if (running->plan.answer) {
    running->response = std::move(*running->plan.answer);
  } else {
    loop_.Begin(dispatcher_->Answer(running->plan, request), running->response, running->failure);
  }
  return running;
}

bool AccountFixture::IsDone(const Running& running) const {
  return running.response || running.failure;
}

AccountFixture::Answer AccountFixture::Finish(const std::shared_ptr<Running>& running) {
  loop_.RunUntil([&] { return IsDone(*running); });
  EXPECT_FALSE(running->failure);
  Response& response = *running->response;
  Dispatcher::Finish(response, running->request.id);
  Answer answer;
  answer.status = response.status;
  answer.headers = response.headers;
  if (auto* text = std::get_if<std::string>(&response.body)) {
    answer.text = *text;
  } else if (auto* source = std::get_if<std::unique_ptr<BodySource>>(&response.body)) {
    std::array<char, 97> piece;  // An odd size, so that pieces are cut anywhere.
    for (size_t got = 1; got > 0;) {
      got = loop_.Run((*source)->Read(piece));
      answer.text.append(piece.data(), got);
    }
  }
  answer.json = nlohmann::json::parse(answer.text, nullptr, false);
  if (answer.json.is_discarded()) answer.json = nullptr;
  EXPECT_NE(answer.status, 500) << failure_;
  return answer;
}

AccountFixture::Answer AccountFixture::Send(Method method, std::string target, Asking asking) {
  return Finish(Begin(method, std::move(target), std::move(asking)));
}

std::string AccountFixture::Answer::session() const {
  const std::string_view cookie = headers.Get("Set-Cookie").value_or("");
  const size_t equals = cookie.find('=');
  if (equals == std::string_view::npos) return {};
  return std::string(cookie.substr(equals + 1, cookie.find(';') - equals - 1));
}

AccountFixture::Answer AccountFixture::Login(const std::string& email, const std::string& password,
                                             Asking asking) {
  return Post("/api/v1/auth/login", nlohmann::json{{"email", email}, {"password", password}}.dump(),
              std::move(asking));
}

User AccountFixture::AddUser(const std::string& email, Tier tier) {
  User user;
  user.id = UserId::New();
  user.email = email;
  user.password_hash = PasswordHasher(kQuick).Hash(kPassword);
  user.tier = tier;
  user.is_verified = true;
  user.created_at = clock_.now;
  user.quota_reset_at = NextQuotaReset(clock_.now, clock_.now);
  EXPECT_TRUE(stores_->users().Add(user));
  return user;
}

std::string AccountFixture::SignIn(const User& user) {
  const std::string token = NewToken();
  stores_->credentials().AddSession(
      {HashOfToken(token), user.id, clock_.now, clock_.now + std::chrono::hours(1)});
  return token;
}

std::string AccountFixture::NewKey(const std::string& session) {
  const Answer answer = Post("/api/v1/keys", R"({"name":"a key"})", {.session = session});
  EXPECT_EQ(answer.status, 201) << answer.text;
  return answer.json.value("key", "");
}

Video AccountFixture::AddVideo(const User& user) {
  Video video;
  video.id = VideoId::New();
  video.user_id = user.id;
  video.original_filename = "Straße.mp4";
  video.file_size_bytes = 8;
  video.storage_key = user.id.text() + "/" + video.id.text() + "/original.mp4";
  video.uploaded_at = clock_.now;
  video.expires_at = clock_.now + std::chrono::hours(24);
  NewJob ingest;
  ingest.id = JobId::New();
  ingest.kind = JobKind::kIngest;
  ingest.user_id = user.id;
  ingest.video_id = video.id;
  ingest.tier = user.tier;
  EXPECT_EQ(stores_->videos().AddWithIngest(video, ingest, clock_.now), Enqueued::kNew);
  const std::optional<Job> claimed =
      stores_->jobs().Claim("worker", {JobKind::kIngest}, clock_.now);
  EXPECT_TRUE(claimed && claimed->id == ingest.id);
  VideoFacts facts{"mp4", 2.5, 640, 360, 25, 62, 0, "h264", false};
  EXPECT_TRUE(stores_->videos().SetFacts({claimed->id, claimed->fence}, facts));
  EXPECT_EQ(stores_->jobs().Finish({claimed->id, claimed->fence}, {"{}", ""}, clock_.now),
            LeaseAnswer::kHeld);
  for (const char* name : {"original.mp4", "proxy.mp4", "poster.jpg"}) {
    const auto writer =
        blobs_.Create(BlobKey::Make(user.id.text() + "/" + video.id.text() + "/" + name));
    writer->Write(BytesOf("8 bytes."));
    writer->Commit();
  }
  return video;
}

std::optional<Mail> AccountFixture::TakeMail() {
  std::optional<Mail> mail =
      stores_->mails().Take(clock_.now, clock_.now + std::chrono::minutes(1));
  if (mail) stores_->mails().Sent(mail->id, clock_.now);
  return mail;
}

std::string AccountFixture::TokenOf(const Mail& mail) {
  return mail.link.substr(mail.link.find("token=") + 6);
}

std::string AccountFixture::DatabaseBytes() const {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    if (!entry.path().filename().string().starts_with("tapmask.db")) continue;
    bytes += FileText(entry.path());
  }
  return bytes;
}

}  // namespace tapmask::api
