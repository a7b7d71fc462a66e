// SPDX-License-Identifier: Apache-2.0
// POST /api/v1/upload: a video in one piece.

#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tapmask/api/form_file.h"
#include "tapmask/api/job_json.h"
#include "tapmask/api/routes.h"
#include "tapmask/api/store_upload.h"
#include "tapmask/api/tus_headers.h"
#include "tapmask/api/upload_admission.h"
#include "tapmask/api/upload_body.h"
#include "tapmask/api/upload_writer.h"

namespace tapmask::api {
namespace {

// It cannot be gone on with, so one that a killed server leaves need not be kept for long.
constexpr std::chrono::minutes kFormLife{15};

HttpError TooLong(int64_t most_bytes) {
  return HttpError(413, "file_too_large",
                   fmt::format("Files may have {} MB; this one has more.", most_bytes / 1'000'000));
}

Response Made(const Upload& upload) {
  const nlohmann::ordered_json json{{"jobId", upload.job_id.text()},
                                    {"videoId", upload.video_id.text()},
                                    {"statusUrl", StatusUrl(upload.job_id)}};
  Response response = Response::Json(json.dump(), 201);
  response.headers.Add("Location", "/api/v1/videos/" + upload.video_id.text());
  return response;
}

// From the first byte of the file to its job.
Task<void> Receive(Services& services, const UploadFiles& files, const Caller& caller,
                   FormFile& form, Upload& upload) {
  UploadWriter writer(services, files, upload, 0, kFormLife, std::nullopt);
  const int64_t most = upload.reserved_bytes;
  co_await ReceiveBody(form, services.pool, nullptr, writer, most,
                       [most](int64_t) { return TooLong(most); });
  upload.metadata = MetadataOf(form.filename());
  co_await RunStep(services.pool, nullptr, [&] {
    writer.End();
    services.metrics.UploadBytes("form", writer.offset());
    StoreUpload(services, files, upload, writer.offset(), caller.tier);
  });
}

Task<Response> Take(Services& services, Request& request) {
  const Caller& caller = *request.caller;
  FormFile form(*request.body_reader, request.headers.Get("Content-Type").value_or(""));
  WishedUpload wish;
  wish.most_bytes = request.body_reader->length_bytes();
  wish.life = kFormLife;
  const int64_t most_bytes = services.settings.tiers.Of(caller.tier).max_file_bytes;
  if (wish.most_bytes && *wish.most_bytes - FormFile::kMostOtherBytes > most_bytes) {
    throw TooLong(most_bytes);
  }
  const auto files = co_await services.pool.Run(
      [&] { return std::make_unique<const UploadFiles>(services.blobs); });
  Upload upload = co_await services.pool.RunAdmitted(
      [&] { return AdmitUpload(services, *files, caller, wish); });

  std::exception_ptr failure;
  try {
    co_await Receive(services, *files, caller, form, upload);
  } catch (...) {
    failure = std::current_exception();
  }
  // Whole or not, nobody asks for it again.
  try {
    co_await services.pool.RunAdmitted(
        [&] { RemoveUpload(services.stores, services.blobs, upload); });
  } catch (...) {  // Its time will be over soon.
  }
  if (failure) std::rethrow_exception(failure);
  services.log.Info("upload_done", {{"job_id", upload.job_id}, {"video_id", upload.video_id}});
  co_return Made(upload);
}

}  // namespace

void AddUploadRoutes(RouteTable& routes, Services& services) {
  Route route;
  route.method = Method::kPost;
  route.pattern = "/api/v1/upload";
  route.operation_id = "uploadVideo";
  route.body_limit_bytes = kNoBodyLimit;
  route.body = Body::kStream;
  route.handler = AsyncHandler([&services](Request& request) { return Take(services, request); });
  routes.Add(std::move(route));
}

}  // namespace tapmask::api
