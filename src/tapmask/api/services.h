// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/api/blocking_pool.h"
#include "tapmask/api/job_watch.h"
#include "tapmask/core/clock.h"
#include "tapmask/jobs/stores.h"
#include "tapmask/jobs/tier.h"
#include "tapmask/storage/blob_store.h"
#include "tapmask/storage/signed_url.h"
#include "tapmask/telemetry/log.h"
#include "tapmask/telemetry/metrics.h"

namespace tapmask::api {

// What whoever runs the server has decided.
struct ServiceSettings {
  Tiers tiers;
  bool is_over_tls = false;    // The browser's side is https: __Host- cookie.
  bool is_on_loopback = true;  // Reached from this machine only.
  bool sends_mail = false;     // An SMTP server is set.
  std::optional<std::chrono::milliseconds> retention =
      std::chrono::hours(24);                     // Of videos; nothing: kept until deleted.
  std::vector<std::string> engines{"classical"};  // That jobs may name, besides "auto".
  std::optional<UserId> local_owner;              // Whom the one-time link signs in.
  std::chrono::hours session_life{24 * 14};
};

// What the resources work with. All referred to must outlive the routes.
struct Services {
  Stores& stores;
  BlobStore& blobs;
  UrlSigner& signer;
  const Clock& clock;
  BlockingPool& pool;
  JobWatch& watch;
  Log log;
  Metrics& metrics;
  ServiceSettings settings;
};

}  // namespace tapmask::api
