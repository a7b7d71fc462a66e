// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "tapmask/api/conditional.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/openapi_text.h"
#include "tapmask/api/routes.h"
#include "tapmask/api/token.h"
#include "tapmask/core/build_id.h"
#include "tapmask/core/error.h"
#include "tapmask/storage/hex.h"

namespace tapmask::api {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kLongPollSeconds = 25;
// Anybody may ask; the store is written to no more often than so.
constexpr std::chrono::milliseconds kReadyFor{1'000};

// What is no limit at all is null.
Json Limit(int64_t value) {
  return value == INT64_MAX ? Json(nullptr) : Json(value);
}

Json LimitsJson(const TierLimits& limits) {
  return {{"videosPerMonth", limits.videos_per_month ? Json(*limits.videos_per_month) : Json()},
          {"maxFileBytes", Limit(limits.max_file_bytes)},
          {"maxStoredBytes", Limit(limits.max_stored_bytes)},
          {"maxDurationSec", limits.max_duration.count()},
          {"maxLongSidePx", limits.max_long_side_px},
          {"maxShortSidePx", limits.max_short_side_px},
          {"maxFrames", limits.max_frames},
          {"maxWaitingJobs", limits.max_waiting_jobs},
          {"maxRunningJobs", limits.max_running_jobs}};
}

std::string ConfigJson(const ServiceSettings& settings) {
  Json json{{"version", BuildId()},
            {"uploadKind", "tus"},
            {"registrationOpen", settings.is_on_loopback || settings.sends_mail},
            {"mailEnabled", settings.sends_mail},
            {"retentionSec", nullptr},
            {"longPollMaxSec", kLongPollSeconds},
            {"formats", {"mp4", "mov", "avi", "webm", "mkv"}},
            {"modes", {"privacy_blur", "magic_eraser"}},
            {"styles", {"secure", "gaussian", "pixelate", "solid"}},
            {"engines", Json::array()}};
  if (settings.retention) {
    // A part of a second is not promised, but 0 would mean something else.
    json["retentionSec"] =
        std::max<int64_t>(1, std::chrono::floor<std::chrono::seconds>(*settings.retention).count());
  }
  for (const std::string& engine : settings.engines) {
    json["engines"].push_back({{"name", engine}, {"isDefault", json["engines"].empty()}});
  }
  json["tiers"] = {{"free", LimitsJson(settings.tiers.free)},
                   {"pro", LimitsJson(settings.tiers.pro)},
                   {"local", LimitsJson(settings.tiers.local)}};
  return json.dump();
}

Response WithNoCache(Response response) {
  response.headers.Set("Cache-Control", "private, no-cache");
  return response;
}

class Service {
 public:
  explicit Service(Services& services)
      : services_(services), openapi_etag_(ETag(ToHex(HashOfToken(OpenapiText())).substr(0, 16))) {}

  Response Config() const { return WithNoCache(Response::Json(ConfigJson(services_.settings))); }

  Response Openapi(const Request& request) const {
    return WithETag(request, openapi_etag_,
                    WithNoCache(Response::Text(std::string(OpenapiText()), "application/yaml")));
  }

  Task<Response> Readiness(Request& request);

 private:
  bool WasReadyJustNow() const;
  void CheckReady();

  Services& services_;
  const std::string openapi_etag_;

  mutable std::mutex mutex_;
  std::optional<Time> ready_at_;  // When the store was last seen to be.
};

bool Service::WasReadyJustNow() const {
  const Time now = services_.clock.Now();
  const std::lock_guard lock(mutex_);
  return ready_at_ && now >= *ready_at_ && now - *ready_at_ < kReadyFor;
}

void Service::CheckReady() {
  services_.stores.CheckReady();
  const Time now = services_.clock.Now();
  const std::lock_guard lock(mutex_);
  ready_at_ = now;
}

Task<Response> Service::Readiness(Request& request) {
  if (request.stop.stop_requested()) {
    throw HttpError(503, "not_ready", "The server stops.");
  }
  if (!WasReadyJustNow()) {
    bool is_ready = true;
    try {
      co_await services_.pool.Run([this] { CheckReady(); });
    } catch (const Error& error) {
      if (error.code() != Code::kUnavailable && error.code() != Code::kStorageFull) throw;
      services_.log.Warning("not_ready", {{"code", error.code()}});
      is_ready = false;
    }
    if (!is_ready) {
      throw HttpError(503, "not_ready", "The server's store cannot be written to now.");
    }
  }
  co_return Response::Json(R"({"status":"ok"})");
}

}  // namespace

void AddServiceRoutes(RouteTable& routes, Services& services) {
  const auto service = std::make_shared<Service>(services);
  const auto add = [&](const char* pattern, const char* operation_id, AsyncHandler handler) {
    AddOpenGet(routes, pattern, operation_id, std::move(handler));
  };
  add("/api/v1/config", "getConfig",
      [service](Request&) -> Task<Response> { co_return service->Config(); });
  add("/api/v1/openapi.yaml", "getOpenapi",
      [service](Request& request) -> Task<Response> { co_return service->Openapi(request); });
  // Without the pool: that it is busy is another matter.
  add("/healthz", "getHealth",
      [](Request&) -> Task<Response> { co_return Response::Json(R"({"status":"ok"})"); });
  add("/readyz", "getReadiness",
      [service](Request& request) { return service->Readiness(request); });
}

}  // namespace tapmask::api
