// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "tapmask/api/conditional.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/job_events.h"
#include "tapmask/api/job_json.h"
#include "tapmask/api/job_status.h"
#include "tapmask/api/owned.h"
#include "tapmask/api/query.h"
#include "tapmask/api/routes.h"
#include "tapmask/api/wakeup.h"
#include "tapmask/api/watch_pace.h"

namespace tapmask::api {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int64_t kMostWaitSeconds = 25;
constexpr int64_t kMostRev = 9'007'199'254'740'991;
constexpr int kMostStreams = 6;  // Of one account: a few tabs and a phone.

// What both routes share, as long as there are routes.
struct Shared {
  WatchPace pace;
  std::shared_ptr<StreamSeats> seats = std::make_shared<StreamSeats>(kMostStreams);
};

struct Look {
  int64_t last_rev = 0;  // Of all jobs, read before this one: a later change is not missed.
  Job job;
  bool has_file = false;
};

// One call of the store, but for who waits and for a job with a file, of which nobody polls.
Look LookAt(Services& services, const Request& request, bool will_wait) {
  Look look;
  if (will_wait) look.last_rev = services.stores.jobs().LastRev();
  look.job = NeedJob(services, request, request.PathParameter("jobId"));
  look.has_file = HasKeptFile(services, look.job);
  return look;
}

Task<Response> Status(Services& services, Shared& shared, Request& request) {
  const milliseconds wait =
      std::chrono::seconds(QueryWhole(request, "wait", 0, kMostWaitSeconds).value_or(0));
  const std::optional<int64_t> since = QueryWhole(request, "since", 0, kMostRev);
  const bool will_wait = wait > milliseconds(0);
  Look look = co_await services.pool.Run([&] { return LookAt(services, request, will_wait); });
  if (will_wait) {
    const auto until = SteadyClock::now() + wait;
    const int64_t known = since.value_or(look.job.rev);
    const WatchPace::Place place(shared.pace);
    while (look.job.rev <= known && !HasEnded(look.job.status)) {
      const auto left = std::chrono::ceil<milliseconds>(until - SteadyClock::now());
      if (left <= milliseconds(0)) break;
      const int64_t rev = co_await services.watch.WaitFor(look.last_rev, left, request.stop);
      if (rev <= look.last_rev) break;  // The time is over, or the server stops.
      Look next =
          co_await services.pool.RunAdmitted([&] { return LookAt(services, request, true); });
      look = std::move(next);
      const milliseconds pause = shared.pace.pause();
      if (look.job.rev <= known && pause > milliseconds(0)) {
        Wakeup nobody;
        co_await nobody.WaitFor(pause, request.stop);
      }
    }
  }
  co_return JobStatusAnswer(request, look.job, look.has_file, 200);
}

// Where the stream goes on; nothing: from now.
std::optional<int64_t> SinceOf(const Request& request) {
  if (const auto last = request.headers.Get("Last-Event-ID")) {
    const auto rev = ParseWhole(*last, 0, kMostRev);
    if (!rev) RefuseParameter("Last-Event-ID", "must be the id of an event");
    return rev;
  }
  return QueryWhole(request, "since", 0, kMostRev);
}

Task<Response> Events(Services& services, Shared& shared, Request& request) {
  const std::optional<int64_t> since = SinceOf(request);
  auto seat = shared.seats->Take(request.caller->user_id);
  if (!seat) {
    throw HttpError(429, "too_many_streams",
                    "The account has as many event streams open as it may; one is enough for all "
                    "jobs.");
  }
  // A rev that never was would keep the stream silent: the store may be another than it was.
  const int64_t last = co_await services.pool.Run([&] { return services.stores.jobs().LastRev(); });
  Response response = Response::Events(
      std::make_unique<JobEvents>(services, shared.pace, *request.caller, std::move(seat),
                                  std::min(since.value_or(last), last)));
  response.headers.Set("Cache-Control", "private, no-store");
  co_return response;
}

}  // namespace

void AddStatusRoutes(RouteTable& routes, Services& services) {
  const auto shared = std::make_shared<Shared>();
  Route status;
  status.pattern = "/api/v1/status/{jobId}";
  status.operation_id = "getStatus";
  status.at_once = [&services](Request& request) -> std::optional<Response> {
    const bool waits = QueryWhole(request, "wait", 0, kMostWaitSeconds).value_or(0) > 0;
    QueryWhole(request, "since", 0, kMostRev);
    if (waits) return std::nullopt;
    const Look look = LookAt(services, request, false);
    return JobStatusAnswer(request, look.job, look.has_file, 200);
  };
  status.handler = AsyncHandler(
      [&services, shared](Request& request) { return Status(services, *shared, request); });
  routes.Add(std::move(status));

  Route events;
  events.pattern = "/api/v1/events";
  events.operation_id = "streamEvents";
  events.handler = AsyncHandler(
      [&services, shared](Request& request) { return Events(services, *shared, request); });
  routes.Add(std::move(events));
}

}  // namespace tapmask::api
