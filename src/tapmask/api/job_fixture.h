// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests of the routes of jobs and videos: everything but the network. Stores and blobs are in a
// temporary folder, the clock is moved by hand, requests go straight to the dispatcher, and the
// work of a worker is made up.

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/api/dispatcher.h"
#include "tapmask/api/routes.h"
#include "tapmask/api/services.h"
#include "tapmask/api/test_clock.h"
#include "tapmask/api/test_loop.h"
#include "tapmask/jobs/requests.h"
#include "tapmask/jobs/results.h"
#include "tapmask/storage/local/local_store.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask::api {

class JobFixture : public testing::Test {
 protected:
  explicit JobFixture(JobRules rules = {});
  ~JobFixture() override;

  // Requests. `who`: whose session or key is sent; nothing: none.
  struct Sent {
    Method method = Method::kGet;
    std::string target;
    std::string body = {};
    Headers headers = {};
  };
  Response Ask(Sent sent, const std::optional<User>& who);
  Response Ask(Sent sent) { return Ask(std::move(sent), user_); }
  Response Get(std::string target, Headers headers = {}) {
    return Ask({Method::kGet, std::move(target), {}, std::move(headers)});
  }
  Response Post(std::string target, const nlohmann::json& body) {
    return Post(std::move(target), body.dump());
  }
  Response Post(std::string target, std::string body) {
    return Ask({Method::kPost, std::move(target), std::move(body), {}});
  }
  // A request that is answered later: see `loop_`. Not more than one at a time.
  void Begin(Sent sent);
  bool IsAnswered() const { return answer_.has_value() || failure_; }
  Response TakeAnswer();  // Waits for it.
  // Until the request that was begun waits for a change or the time.
  void AwaitWaiting();
  void StopServer() { stop_.request_stop(); }

  // What a response says.
  std::string Text(Response& response);  // Reads the body to its end.
  nlohmann::json Json(Response& response) { return nlohmann::json::parse(Text(response)); }
  // "410 expired", "200 "
  std::string Said(Response response);
  static std::string Header(const Response& response, std::string_view name) {
    return std::string(response.headers.Get(name).value_or(""));
  }

  // The world.
  User AddUser(Tier tier = Tier::kFree);
  Video AddVideo(const User& user);       // Its ingest job waits. Expires in 24 h.
  Video AddReadyVideo(const User& user);  // 1280 by 720, 300 frames, 10 s; with proxy and poster.
  Video AddReadyVideo() { return AddReadyVideo(user_); }
  JobId Enqueue(const Video& video, JobKind kind = JobKind::kMask, std::string request = {});
  Job Claim(JobKind kind = JobKind::kMask);  // What is due; fails the test when nothing is.
  Job Claimed(const Video& video, JobKind kind = JobKind::kMask);
  void Finish(const Job& job, const std::string& result);
  void Fail(const Job& job);
  // A complete mask job of the video, with files.
  Job FinishedMask(const Video& video);
  Job FinishedPreview(const Video& video);
  Job JobOf(const JobId& id, const UserId& user_id);
  Job JobOf(const Job& job) { return JobOf(job.id, job.user_id); }
  void Delete(const Video& video);
  void PutBlob(const std::string& key, std::string_view text);

  static Lease LeaseOf(const Job& job) { return {job.id, job.fence}; }
  static PreviewResult MadePreview();
  static MaskResult MadeMask();
  // A mask track of 16 by 9 with two objects, of so many frames; object 2 is not in frame 3.
  static std::string MadeTrack(int64_t frames);

  // Of one route, what it says about jobs (or videos) that are not the caller's: `target` has "{}"
  // for the id. Expects 404 for ids of others, of nothing, and for what is no id.
  void ExpectOwnedOnly(Method method, const std::string& target, const std::string& foreign_id,
                       const std::string& body = {});

  // Those of `Dispatcher`, made with the first request.
  virtual void AddRoutes(RouteTable& routes) = 0;

  const TestFolder folder_;  // In memory where that is possible.
  TestClock clock_{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + std::chrono::hours(12)};
  const JobRules rules_;
  std::unique_ptr<Stores> stores_;
  LocalStore blobs_;
  UrlSigner signer_;
  BlockingPool pool_{{.threads = 2, .most_waiting = 16}};
  Metrics metrics_;
  std::unique_ptr<JobWatch> watch_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::string failure_text_;  // Of the last answer that was a fault of ours.
  TestLoop loop_;
  User user_, other_;

 private:
  Response Answer(Request& request);
  Request MakeRequest(Sent sent, const std::optional<User>& who);

  std::unique_ptr<Request> request_;  // The one that was begun,
  std::optional<Dispatcher::Plan> plan_;
  std::optional<Response> answer_;
  std::exception_ptr failure_;
  std::stop_source stop_;
};

}  // namespace tapmask::api
