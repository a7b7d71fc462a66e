// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/job_fixture.h"

#include <algorithm>
#include <filesystem>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/store/sqlite/sqlite_stores.h"

namespace tapmask::api {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// In tests a user's token is made of the id.
TokenHash HashOf(std::string_view token) {
  TokenHash hash{};
  std::copy_n(token.begin(), std::min(token.size(), hash.size()), hash.begin());
  return hash;
}

// Nothing here has to outlive a power failure.
std::filesystem::path Place() {
  return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path();
}

}  // namespace

JobFixture::JobFixture(JobRules rules)
    : folder_(Place()),
      rules_(std::move(rules)),
      stores_(OpenSqliteStores(folder_.path() / "tapmask.db", rules_)),
      blobs_({folder_.path() / "blobs", std::nullopt}),
      signer_(folder_.path() / "keys", clock_.Now()),
      watch_(std::make_unique<JobWatch>(stores_->jobs(), JobWatch::Options{milliseconds(1)})) {
  services_ = std::make_unique<Services>(
      Services{*stores_, blobs_, signer_, clock_, pool_, *watch_, Log(), metrics_, {}});
  user_ = AddUser();
  other_ = AddUser();
}

JobFixture::~JobFixture() = default;

Request JobFixture::MakeRequest(Sent sent, const std::optional<User>& who) {
  if (!dispatcher_) {
    Dispatcher::Options options;
    AddRoutes(options.routes);
    options.authenticate = [this](const Request& request) {
      const auto token = request.headers.Get("Authorization");
      if (!token) throw Error(Code::kUnauthenticated, "Sign in first.");
      const auto session = stores_->credentials().FindSession(HashOf(*token), clock_.Now());
      if (!session) throw Error(Code::kUnauthenticated, "Sign in again.");
      const auto user = stores_->users().Get(session->user_id);
      return Caller{user->id, user->tier, false, session->token_hash};
    };
    options.on_failure = [this](std::string_view, std::string_view what) { failure_text_ = what; };
    dispatcher_ = std::make_unique<Dispatcher>(std::move(options), pool_);
  }
  Request request;
  request.method = sent.method;
  request.target = std::move(sent.target);
  request.headers = std::move(sent.headers);
  request.headers.Add("Host", "localhost");
  if (!sent.body.empty() && !request.headers.Has("Content-Type")) {
    request.headers.Add("Content-Type", "application/json");
  }
  if (who) request.headers.Add("Authorization", who->id.text());
  request.body = std::move(sent.body);
  request.peer_address = "127.0.0.1";
  request.stop = stop_.get_token();
  return request;
}

Response JobFixture::Ask(Sent sent, const std::optional<User>& who) {
  Request request = MakeRequest(std::move(sent), who);
  Dispatcher::Plan plan = dispatcher_->Begin(request);
  if (plan.answer) return std::move(*plan.answer);
  if (auto refused = Dispatcher::RefuseBody(plan, static_cast<int64_t>(request.body.size()))) {
    return std::move(*refused);
  }
  return loop_.Run(dispatcher_->Answer(plan, request));
}

void JobFixture::Begin(Sent sent) {
  request_ = std::make_unique<Request>(MakeRequest(std::move(sent), user_));
  answer_.reset();
  failure_ = nullptr;
  plan_ = dispatcher_->Begin(*request_);
  ASSERT_FALSE(plan_->answer) << plan_->answer->status;
  loop_.Begin(dispatcher_->Answer(*plan_, *request_), answer_, failure_);
}

Response JobFixture::TakeAnswer() {
  loop_.RunUntil([this] { return IsAnswered(); });
  if (failure_) std::rethrow_exception(failure_);
  return std::move(*std::exchange(answer_, std::nullopt));
}

void JobFixture::AwaitWaiting() {
  loop_.RunUntil([this] { return IsAnswered() || loop_.timers() > 0; });
  ASSERT_FALSE(IsAnswered());
}

std::string JobFixture::Text(Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  auto* const source = std::get_if<std::unique_ptr<BodySource>>(&response.body);
  if (!source) return "a stream of events";
  std::string text, piece(10'000, '\0');
  while (const size_t got = loop_.Run((*source)->Read(piece))) text.append(piece, 0, got);
  return text;
}

std::string JobFixture::Said(Response response) {
  std::string code;
  if (response.status >= 400) {
    const nlohmann::json problem = Json(response);
    code = problem.at("code");
    EXPECT_EQ(problem.at("status"), response.status);
    EXPECT_FALSE(problem.at("detail").get<std::string>().empty());
  }
  return fmt::format("{} {}", response.status, code);
}

User JobFixture::AddUser(Tier tier) {
  User user;
  user.id = UserId::New();
  user.email = user.id.text() + "@example.org";
  user.tier = tier;
  user.is_verified = true;
  user.created_at = user.quota_reset_at = clock_.Now();
  EXPECT_TRUE(stores_->users().Add(user));
  stores_->credentials().AddSession(
      {HashOf(user.id.text()), user.id, clock_.Now(), clock_.Now() + hours(1'000)});
  return user;
}

Video JobFixture::AddVideo(const User& user) {
  Video video;
  video.id = VideoId::New();
  video.user_id = user.id;
  video.original_filename = "Straße.MOV";
  video.file_size_bytes = 1'000;
  video.storage_key = user.id.text() + "/" + video.id.text() + "/original.mov";
  video.uploaded_at = clock_.Now();
  video.expires_at = clock_.Now() + hours(24);
  NewJob ingest{JobId::New(), JobKind::kIngest, user.id, video.id, user.tier, "{}", false};
  EXPECT_EQ(stores_->videos().AddWithIngest(video, ingest, clock_.Now()), Enqueued::kNew);
  return video;
}

Video JobFixture::AddReadyVideo(const User& user) {
  const Video video = AddVideo(user);
  const Job ingest = Claim(JobKind::kIngest);
  const VideoFacts facts{"mov", 10, 1280, 720, 30, 300, 90, "h264", true};
  EXPECT_TRUE(stores_->videos().SetFacts(LeaseOf(ingest), facts));
  Finish(ingest, "");
  const std::string folder = user.id.text() + "/" + video.id.text();
  PutBlob(folder + "/original.mov", "the original");
  PutBlob(folder + "/proxy.mp4", "0123456789");
  PutBlob(folder + "/poster.jpg", "a poster");
  return *stores_->videos().Get(user.id, video.id, clock_.Now());
}

JobId JobFixture::Enqueue(const Video& video, JobKind kind, std::string request) {
  const auto user = stores_->users().Get(video.user_id);
  if (request.empty() && kind == JobKind::kMask) {
    MaskRequest mask;
    mask.prompts.points = {{{640, 360}, true, 12, 1, std::nullopt}};
    mask.mode = "privacy_blur";
    request = ToJson(mask);
  }
  NewJob job{JobId::New(), kind, video.user_id, video.id, user->tier, std::move(request), false};
  EXPECT_EQ(stores_->jobs().Enqueue(job, clock_.Now()), Enqueued::kNew);
  return job.id;
}

Job JobFixture::Claim(JobKind kind) {
  const std::optional<Job> job = stores_->jobs().Claim("worker", {kind}, clock_.Now());
  EXPECT_TRUE(job) << "nothing is due";
  return job.value_or(Job{});
}

Job JobFixture::Claimed(const Video& video, JobKind kind) {
  const JobId id = Enqueue(video, kind);
  const Job job = Claim(kind);
  EXPECT_EQ(job.id, id);
  return job;
}

void JobFixture::Finish(const Job& job, const std::string& result) {
  const std::string folder =
      job.kind == JobKind::kMask
          ? fmt::format("{}/{}/{}", job.user_id.text(), job.id.text(), job.fence)
          : std::string();
  EXPECT_EQ(stores_->jobs().Finish(LeaseOf(job), {result, folder}, clock_.Now()),
            LeaseAnswer::kHeld);
}

void JobFixture::Fail(const Job& job) {
  EXPECT_EQ(stores_->jobs().Fail(LeaseOf(job), {"no_object", "Nothing was found there.", false},
                                 clock_.Now()),
            LeaseAnswer::kHeld);
}

Job JobFixture::FinishedMask(const Video& video) {
  const Job job = Claimed(video);
  const std::string folder = fmt::format("{}/{}/{}", job.user_id.text(), job.id.text(), job.fence);
  PutBlob(folder + "/processed.mp4", "the finished video");
  PutBlob(folder + "/masks.jsonl", MadeTrack(10));
  PutBlob(folder + "/report.json", R"({"format":"tapmask-report","version":1})");
  Finish(job, ToJson(MadeMask()));
  return JobOf(job);
}

Job JobFixture::FinishedPreview(const Video& video) {
  const Job job = Claimed(video, JobKind::kPreview);
  Finish(job, ToJson(MadePreview()));
  return JobOf(job);
}

Job JobFixture::JobOf(const JobId& id, const UserId& user_id) {
  const std::optional<Job> job = stores_->jobs().Get(user_id, id);
  EXPECT_TRUE(job);
  return job.value_or(Job{});
}

void JobFixture::Delete(const Video& video) {
  EXPECT_TRUE(stores_->videos().Delete(video.user_id, video.id, "deleted", clock_.Now()));
}

void JobFixture::PutBlob(const std::string& key, std::string_view text) {
  const auto writer = blobs_.Create(BlobKey::Make(key));
  writer->Write(BytesOf(text));
  writer->Commit();
}

PreviewResult JobFixture::MadePreview() {
  PreviewResult preview;
  preview.frame = 12;
  preview.candidates = {{1, 16, 9, "m03600000_2", 0.93, "object"},
                        {2, 16, 9, "`4", 0.5, "object"},
                        {1, 16, 9, "`4", 0.1, "part"}};
  return preview;
}

MaskResult JobFixture::MadeMask() {
  MaskResult mask;
  mask.file = "processed.mp4";
  mask.bytes = 18;
  mask.frames = 10;
  mask.engine = "classical";
  mask.to_review = {{false, 1, "lost", 3, 5, 4, 0.2}, {true, std::nullopt, "", 6, 8, 7, 0.41}};
  return mask;
}

std::string JobFixture::MadeTrack(int64_t frames) {
  std::string track =
      R"({"format":"tapmask-masks","version":1,"width":16,"height":9,"sample_aspect":[4,3],)"
      R"("time_base":[1,12800],"engine":"classical","objects":[{"id":1,"points":[]},)"
      R"({"id":2,"points":[]}]})"
      "\n";
  for (int64_t frame = 0; frame < frames; ++frame) {
    for (const int object : {1, 2}) {
      if (frame == 3 && object == 2) continue;
      const bool is_there = object == 1;
      track += fmt::format(
          R"({{"object":{},"frame":{},"pts":{},"state":"{}","confidence":0.97,"bbox":[{}],)"
          R"("rle":{{"size":[9,16],"counts":"{}"}}}})"
          "\n",
          object, frame, frame * 512, is_there ? "tracked" : "absent",
          is_there ? "3,2,4,3" : "0,0,0,0", is_there ? "m03600000_2" : "`4");
    }
  }
  return track + fmt::format(R"({{"end":true,"frames":{}}})", frames) + "\n";
}

void JobFixture::ExpectOwnedOnly(Method method, const std::string& target,
                                 const std::string& foreign_id, const std::string& body) {
  for (const std::string& id :
       {foreign_id, NewUuid(), std::string("1"), std::string("%20"),
        std::string("00000000-0000-0000-0000-000000000000"), std::string(3'000, 'a')}) {
    std::string to = target;
    to.replace(to.find("{}"), 2, id);
    EXPECT_EQ(Said(Ask({method, to, body, {}})), "404 not_found") << to.substr(0, 200);
  }
  std::string to = target;
  to.replace(to.find("{}"), 2, foreign_id);
  EXPECT_EQ(Said(Ask({method, to, body, {}}, std::nullopt)), "401 unauthenticated") << to;
}

}  // namespace tapmask::api
