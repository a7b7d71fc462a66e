// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "tapmask/jobs/job.h"
#include "tapmask/jobs/results.h"

namespace tapmask::api {

// Jobs as the interface shows them (web/openapi.yaml). What is not known is left out.

std::string StatusUrl(const JobId& id);
std::string DownloadUrl(const JobId& id);
std::string MasksUrl(const JobId& id);  // Without what follows "/masks".

// JobAccepted, serialised.
std::string AcceptedJson(const JobId& id);

// Preview, serialised.
nlohmann::ordered_json PreviewJson(const JobId& id, const PreviewResult& result);

// JobStatus, serialised in one line. `has_file`: see HasKeptFile. Throws kInternal when the result
// of a preview cannot be read.
std::string JobStatusJson(const Job& job, bool has_file);

// Of the state that JobStatusJson and JobJson show, quoted.
std::string JobETag(const Job& job, bool has_file);

// Job. `has_file` as above; `with_request`: the job's video is kept, and it is no list.
nlohmann::ordered_json JobJson(const Job& job, bool has_file, bool with_request);

// Serialised; what is no UTF-8 in it is replaced.
std::string Dumped(const nlohmann::ordered_json& json);

}  // namespace tapmask::api
