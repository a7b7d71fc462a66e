// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/enqueue_job.h"

#include <utility>

#include <fmt/format.h>

#include "tapmask/api/error_response.h"
#include "tapmask/api/owned.h"

namespace tapmask::api {
namespace {

constexpr size_t kDateLength = 10;  // Of an ISO 8601 time.

[[noreturn]] void ThrowQuota(const QuotaUse& use) {
  const std::string from = TimeText(use.resets_at).substr(0, kDateLength);
  const int limit = use.limit.value_or(0);
  throw HttpError(
      403, "quota_exceeded",
      fmt::format("The {} video{} of this month {} used up; there are new ones from {}.", limit,
                  limit == 1 ? "" : "s", limit == 1 ? "is" : "are", from));
}

}  // namespace

void CheckEnqueued(Enqueued enqueued, Services& services, const Caller& caller) {
  switch (enqueued) {
    case Enqueued::kNew:
    case Enqueued::kAlreadyThere: return;
    case Enqueued::kNoVideo: ThrowNoVideo();
    case Enqueued::kQueueFull:
      throw HttpError(503, "queue_full",
                      "Too many jobs of all accounts wait. Try again in a little while.");
    case Enqueued::kTooManyWaiting:
      throw HttpError(
          429, "too_many_jobs",
          fmt::format("{} of your jobs wait, which is as many as may. Wait until one is "
                      "done, or cancel one.",
                      services.settings.tiers.Of(caller.tier).max_waiting_jobs));
    case Enqueued::kQuotaUsedUp:
      ThrowQuota(services.stores.jobs().Quota(caller.user_id, services.clock.Now()));
  }
}

JobId EnqueueJob(Services& services, const Caller& caller, JobKind kind, const VideoId& video_id,
                 std::string request) {
  NewJob job;
  job.id = JobId::New();
  job.kind = kind;
  job.user_id = caller.user_id;
  job.video_id = video_id;
  job.tier = caller.tier;
  job.request = std::move(request);
  // The local owner has no address to write to.
  job.wants_mail = kind == JobKind::kMask && services.settings.sends_mail &&
                   services.settings.local_owner != caller.user_id;
  CheckEnqueued(services.stores.jobs().Enqueue(job, services.clock.Now()), services, caller);
  return job.id;
}

}  // namespace tapmask::api
