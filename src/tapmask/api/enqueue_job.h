// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tapmask/api/caller.h"
#include "tapmask/api/services.h"
#include "tapmask/jobs/job_store.h"

namespace tapmask::api {

// Throws what the answer of a store means to the caller: kNotFound, HttpError 403 quota_exceeded
// with the day from which there are new videos, 429 too_many_jobs, 503 queue_full. Does nothing for
// a job that is in line now. Blocks.
void CheckEnqueued(Enqueued enqueued, Services& services, const Caller& caller);

// Puts a job of the caller's in line. Throws what CheckEnqueued does. Blocks.
JobId EnqueueJob(Services& services, const Caller& caller, JobKind kind, const VideoId& video_id,
                 std::string request);

}  // namespace tapmask::api
