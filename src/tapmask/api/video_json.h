// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "tapmask/api/services.h"
#include "tapmask/jobs/video.h"

namespace tapmask::api {

// A video as the interface shows it (Video of web/openapi.yaml). Of a refused one, asks the store
// for its ingest job, which says why. Blocks.
nlohmann::ordered_json VideoJson(Services& services, const Video& video);

}  // namespace tapmask::api
