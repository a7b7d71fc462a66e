// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/api/http_message.h"
#include "tapmask/jobs/job.h"

namespace tapmask::api {

// A job's JobStatus with its ETag; 304 when a GET or HEAD knows it already. `has_file`: see
// HasKeptFile.
Response JobStatusAnswer(const Request& request, const Job& job, bool has_file, int status);

}  // namespace tapmask::api
