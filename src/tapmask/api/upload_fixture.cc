// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/upload_fixture.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include <openssl/evp.h>

#include "tapmask/api/error_response.h"
#include "tapmask/api/routes.h"
#include "tapmask/store/sqlite/sqlite_stores.h"

namespace tapmask::api {
namespace {

// Who the stub says it is: "Authorization: Bearer {userId}".
Caller CallerOf(Stores& stores, const Request& request) {
  std::string_view text = request.headers.Get("Authorization").value_or("");
  if (text.starts_with("Bearer ")) text.remove_prefix(7);
  const std::optional<UserId> id = UserId::Parse(text);
  const std::optional<User> user = id ? stores.users().Get(*id) : std::nullopt;
  if (!user) throw Error(Code::kUnauthenticated, "Sign in first.");
  Caller caller;
  caller.user_id = user->id;
  caller.tier = user->tier;
  caller.is_by_key = true;
  return caller;
}

}  // namespace

UploadFixture::UploadFixture() {
  Open();
  user = AddUser(Tier::kFree);
}
UploadFixture::~UploadFixture() {
  Close();
}

void UploadFixture::Open() {
  blobs_ = std::make_unique<HookedBlobs>(
      LocalStore::Options{.root = folder_.path() / "files", .key = std::nullopt});
  stores_ = OpenSqliteStores(folder_.path() / "store.db", rules);
  signer_ = std::make_unique<UrlSigner>(folder_.path() / "keys", clock.Now());
  pool_ = std::make_unique<BlockingPool>(BlockingPool::Options{.threads = 4, .most_waiting = 512});
  watch_ = std::make_unique<JobWatch>(stores_->jobs(), JobWatch::Options{});
  services_.reset(
      new Services{*stores_, *blobs_, *signer_, clock, *pool_, *watch_, Log(), metrics_, settings});
  RouteTable routes;
  AddUploadRoutes(routes, *services_);
  AddTusRoutes(routes, *services_, tus_options);
  AddS3Routes(routes, *services_);
  dispatcher_ = std::make_unique<Dispatcher>(
      Dispatcher::Options{
          .routes = std::move(routes),
          .authenticate = [this](const Request& request) { return CallerOf(*stores_, request); },
          .allowed_hosts = {},
          .is_over_tls = false,
          .trusted_proxies = {},
          .on_failure = {}},
      *pool_);
  Server::Options options;
  options.loops = 2;
  server_ = std::make_unique<Server>(std::move(options), *dispatcher_);
  server_->Start();
}

void UploadFixture::Close() {
  server_.reset();
  dispatcher_.reset();
  services_.reset();
  watch_.reset();
  pool_.reset();
  signer_.reset();
  stores_.reset();
  blobs_.reset();
}

void UploadFixture::Restart() {
  Close();
  Open();
}

User UploadFixture::AddUser(Tier tier) {
  User made;
  made.id = UserId::New();
  made.email = made.id.text() + "@example.org";
  made.tier = tier;
  made.is_verified = true;
  made.created_at = clock.Now();
  made.quota_reset_at = NextQuotaReset(clock.Now(), clock.Now());
  EXPECT_TRUE(stores_->users().Add(made));
  return made;
}

std::string UploadFixture::HeadText(std::string_view method, std::string_view target,
                                    const Headers& extra, std::optional<size_t> body_bytes) const {
  std::string text = std::string(method) + " " + std::string(target) +
                     " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + user.id.text() +
                     "\r\n";
  if (!extra.Has("Tus-Resumable")) text += "Tus-Resumable: 1.0.0\r\n";
  for (const auto& [name, value] : extra.fields()) text += name + ": " + value + "\r\n";
  if (body_bytes) text += "Content-Length: " + std::to_string(*body_bytes) + "\r\n";
  return text + "\r\n";
}

TestClient::Answer UploadFixture::Send(std::string_view method, std::string_view target,
                                       const Headers& extra,
                                       const std::optional<std::string>& body) {
  TestClient client = Connect();
  const std::optional<size_t> size = body ? std::optional(body->size()) : std::nullopt;
  client.Send(HeadText(method, target, extra, size) + body.value_or(""));
  return client.Read(method != "HEAD");
}

std::string UploadFixture::Create(int64_t length, const Headers& extra) {
  Headers headers = extra;
  headers.Add("Upload-Length", std::to_string(length));
  const auto answer = Send("POST", kTus, headers);
  EXPECT_EQ(answer.status, 201) << answer.body;
  return std::string(answer.headers.Get("Location").value_or("/none"));
}

std::string UploadFixture::PatchHead(const std::string& url, int64_t offset, size_t body_bytes,
                                     Headers extra) const {
  extra.Add("Upload-Offset", std::to_string(offset));
  if (!extra.Has("Content-Type")) extra.Add("Content-Type", "application/offset+octet-stream");
  return HeadText("PATCH", url, extra, body_bytes);
}

TestClient::Answer UploadFixture::Patch(const std::string& url, int64_t offset,
                                        const std::string& body, Headers extra) {
  TestClient client = Connect();
  client.Send(PatchHead(url, offset, body.size(), std::move(extra)) + body);
  return client.Read();
}

int64_t UploadFixture::Offset(const std::string& url) {
  const auto answer = Send("HEAD", url);
  if (answer.status != 200) return -1;
  return std::atoll(std::string(answer.headers.Get("Upload-Offset").value_or("-2")).c_str());
}

std::string UploadFixture::StoredVideo(const TestClient::Answer& answer) {
  const auto video_id = VideoId::Parse(answer.headers.Get("Tapmask-Video-Id").value_or(""));
  const auto job_id = JobId::Parse(answer.headers.Get("Tapmask-Job-Id").value_or(""));
  EXPECT_TRUE(video_id && job_id) << answer.status << answer.body;
  if (!video_id || !job_id) return {};
  EXPECT_EQ(answer.headers.Get("Tapmask-Status-Url"), "/api/v1/status/" + job_id->text());
  const auto video = stores_->videos().Get(user.id, *video_id, clock.Now());
  const auto job = stores_->jobs().Get(user.id, *job_id);
  EXPECT_TRUE(video && job && job->kind == JobKind::kIngest && job->video_id == *video_id);
  if (!video) return {};
  const auto reader = blobs_->Open(BlobKey::Make(video->storage_key));
  EXPECT_TRUE(reader) << video->storage_key;
  if (!reader) return {};
  std::string data(static_cast<size_t>(reader->size_bytes()), '\0');
  reader->ReadAt(0, std::as_writable_bytes(std::span(data)));
  EXPECT_EQ(video->file_size_bytes, static_cast<int64_t>(data.size()));
  EXPECT_TRUE(std::filesystem::is_empty(blobs_->WorkFolder("uploads")));
  return data;
}

void UploadFixture::ExpectNothingLeft() {
  EXPECT_TRUE(stores_->uploads().OfUser(user.id).empty());
  EXPECT_TRUE(std::filesystem::is_empty(blobs_->WorkFolder("uploads")));
  EXPECT_TRUE(blobs_->List(std::nullopt).empty());
  EXPECT_TRUE(Videos().empty());
}

std::string MadeVideo(size_t size, uint64_t seed) {
  using namespace std::string_view_literals;
  std::string data = MadeText(size, seed);
  const std::string_view start =
      "\0\0\0\x18"
      "ftypisom\0\0\2\0isomiso2"sv;
  data.replace(0, std::min(size, start.size()), start.substr(0, size));
  return data;
}

std::string Sha256Base64(std::string_view data) {
  unsigned char digest[EVP_MAX_MD_SIZE], text[100];
  unsigned int size = 0;
  EVP_Digest(data.data(), data.size(), digest, &size, EVP_sha256(), nullptr);
  EVP_EncodeBlock(text, digest, static_cast<int>(size));
  return reinterpret_cast<const char*>(text);
}

}  // namespace tapmask::api
