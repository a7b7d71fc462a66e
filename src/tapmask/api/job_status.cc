// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/job_status.h"

#include "tapmask/api/conditional.h"
#include "tapmask/api/job_json.h"

namespace tapmask::api {

Response JobStatusAnswer(const Request& request, const Job& job, bool has_file, int status) {
  const std::string etag = JobETag(job, has_file);
  const bool is_read = request.method == Method::kGet || request.method == Method::kHead;
  // Most polls end here: nothing is made that is not sent.
  Response response = is_read && IsNoneMatchHit(request.headers, etag)
                          ? Response::Empty(304)
                          : Response::Json(JobStatusJson(job, has_file), status);
  response.headers.Set("ETag", etag);
  response.headers.Set("Cache-Control", "private, no-cache");
  if (!HasEnded(job.status)) response.headers.Set("Retry-After", "2");
  return response;
}

}  // namespace tapmask::api
