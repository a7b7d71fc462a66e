// SPDX-License-Identifier: Apache-2.0
// /api/v1/uploads: resumable uploads by tus 1.0.0.
#include "tapmask/api/tus.h"

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "tapmask/api/error_response.h"
#include "tapmask/api/job_json.h"
#include "tapmask/api/store_upload.h"
#include "tapmask/api/tus_headers.h"
#include "tapmask/api/upload_admission.h"
#include "tapmask/api/upload_body.h"
#include "tapmask/api/upload_checksum.h"
#include "tapmask/api/upload_lock.h"
#include "tapmask/api/upload_writer.h"

namespace tapmask::api {
namespace {

HttpError OffsetMismatch(int64_t offset, std::string text) {
  return HttpError(409, "upload_offset_mismatch", std::move(text),
                   {{"Upload-Offset", std::to_string(offset)}});
}

// Nothing: it is no Error.
std::optional<Code> CodeOf(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error.code();
  } catch (...) {
    return std::nullopt;
  }
}

// Says how much was kept, so that a client that waits for room can go on there.
HttpError StorageFull(int64_t offset) {
  return HttpError(507, "storage_full", "The server's disk is full. What has come is kept.",
                   {{"Upload-Offset", std::to_string(offset)}});
}

std::optional<UploadChecksum> ChecksumOf(const Headers& headers) {
  const auto all = headers.All("Upload-Checksum");
  if (all.empty()) return std::nullopt;
  if (all.size() > 1) {
    throw HttpError(400, "invalid_argument", "Upload-Checksum is given twice.");
  }
  return std::optional<UploadChecksum>(std::in_place, all.front());
}

Response OptionsAnswer() {
  Response response = Response::Empty(204);
  response.headers.Add("Tus-Version", std::string(kTusVersion));
  response.headers.Add("Tus-Extension", std::string(kTusExtensions));
  response.headers.Add("Tus-Checksum-Algorithm", std::string(kChecksumAlgorithms));
  return response;
}

// What an upload is after a request: for the answer's header.
struct State {
  Upload upload;
  int64_t offset = 0;
};

void AddOffsets(const State& state, Response& response) {
  Headers& headers = response.headers;
  headers.Add("Upload-Offset", std::to_string(state.offset));
  if (state.upload.is_complete) {
    headers.Add("Tapmask-Job-Id", state.upload.job_id.text());
    headers.Add("Tapmask-Video-Id", state.upload.video_id.text());
    headers.Add("Tapmask-Status-Url", StatusUrl(state.upload.job_id));
  } else {
    headers.Add("Upload-Expires", HttpDate(state.upload.expires_at));
  }
}

class Tus {
 public:
  Tus(Services& services, const TusOptions& options)
      : services_(services), options_(options), files_(services.blobs) {}

  Task<Response> Create(Request& request);
  Task<Response> Head(Request& request);
  Task<Response> Patch(Request& request);
  Task<Response> Terminate(Request& request);

 private:
  // 404 unless the path has the id of one of the caller's.
  Upload Find(const Request& request) const;
  Task<UploadLocks::Taken> Lock(const UploadId& id, const Request& request);
  // Blocking, in a step: the upload as it is now.
  State Look(const Request& request) const;
  // Blocking, in a step: makes the video when all bytes are there.
  void StoreIfWhole(const Caller& caller, State& state);
  // Blocking, in a step: it lives on while somebody works on it.
  void RenewTime(State& state);
  // The body, up to the video. `state` is always as it is on the disk, but when the disk failed.
  Task<void> Receive(Request& request, UploadLocks::Hold& hold, State& state,
                     std::optional<UploadChecksum> checksum);
  Task<void> Remove(const Upload& upload);
  // After a PATCH that the disk had no room for; returns when it is not known what was kept.
  Task<void> ThrowStorageFull(const Request& request, UploadLocks::Hold& hold);

  Services& services_;
  const TusOptions options_;
  const UploadFiles files_;
  UploadLocks locks_;
};

Upload Tus::Find(const Request& request) const {
  const std::optional<UploadId> id = UploadId::Parse(request.PathParameter("uploadId"));
  std::optional<Upload> upload;
  if (id) {
    upload = services_.stores.uploads().Get(request.caller->user_id, *id, services_.clock.Now());
  }
  if (!upload) throw Error(Code::kNotFound, "There is no such upload.");
  return std::move(*upload);
}

Task<UploadLocks::Taken> Tus::Lock(const UploadId& id, const Request& request) {
  std::optional<UploadLocks::Taken> taken =
      co_await locks_.Take(id, options_.lock_time, request.stop);
  if (!taken) {
    throw HttpError(423, "upload_locked", "Another request holds this upload and does not end.",
                    {{"Retry-After", "2"}});
  }
  co_return std::move(*taken);
}

State Tus::Look(const Request& request) const {
  State state{Find(request), 0};
  const std::optional<int64_t> bytes = state.upload.is_complete
                                           ? state.upload.length_bytes
                                           : BytesThere(services_, files_, state.upload);
  if (!bytes) throw Error(Code::kNotFound, "There is no such upload.");
  state.offset = *bytes;
  return state;
}

void Tus::StoreIfWhole(const Caller& caller, State& state) {
  if (state.upload.is_complete || state.offset != state.upload.length_bytes) return;
  StoreUpload(services_, files_, state.upload, state.offset, caller.tier);
  state.upload.is_complete = true;
  services_.log.Info("upload_done",
                     {{"job_id", state.upload.job_id}, {"video_id", state.upload.video_id}});
}

void Tus::RenewTime(State& state) {
  const Time now = services_.clock.Now();
  // Not with every small piece.
  if (state.upload.is_complete || state.upload.expires_at - now > options_.life / 8 * 7) return;
  state.upload.expires_at = now + options_.life;
  services_.stores.uploads().SetExpiry(state.upload.id, state.upload.expires_at);
}

Task<void> Tus::Remove(const Upload& upload) {
  try {
    co_await services_.pool.RunAdmitted(
        [&] { RemoveUpload(services_.stores, services_.blobs, upload); });
  } catch (...) {  // Found again when its time is over.
  }
}

Task<void> Tus::ThrowStorageFull(const Request& request, UploadLocks::Hold& hold) {
  std::optional<int64_t> offset;
  try {
    co_await RunStep(services_.pool, &hold, [&] { offset = Look(request).offset; });
  } catch (...) {  // HEAD tells it later.
  }
  if (offset) throw StorageFull(*offset);
}

Task<void> Tus::Receive(Request& request, UploadLocks::Hold& hold, State& state,
                        std::optional<UploadChecksum> checksum) {
  const std::optional<int64_t>& length = state.upload.length_bytes;
  const int64_t left = length.value_or(state.upload.reserved_bytes) - state.offset;
  const auto too_long = [has_length = length.has_value()](int64_t offset) {
    if (!has_length) {
      return HttpError(413, "file_too_large", "The file is larger than your tier allows.");
    }
    return OffsetMismatch(offset, "There is more than the upload's length.");
  };
  const std::optional<int64_t> body_bytes = request.body_reader->length_bytes();
  if (body_bytes && *body_bytes > left) throw too_long(state.offset);

  const int64_t begun_at = state.offset;
  UploadWriter writer(services_, files_, state.upload, state.offset, options_.life,
                      std::move(checksum));
  co_await ReceiveBody(*request.body_reader, services_.pool, &hold, writer, left, too_long);
  co_await RunStep(services_.pool, &hold, [&] {
    writer.End();
    state.offset = writer.offset();
    services_.metrics.UploadBytes("tus", state.offset - begun_at);
    StoreIfWhole(*request.caller, state);
  });
}

Task<Response> Tus::Create(Request& request) {
  CheckTusVersion(request);
  if (request.headers.Has("Upload-Concat")) {
    throw HttpError(400, "invalid_argument", "Uploads in parts (concatenation) are not taken.");
  }
  WishedUpload wish;
  wish.length_bytes = NewUploadLength(request.headers);
  wish.metadata = UploadMetadata(request.headers);
  wish.life = options_.life;
  std::optional<UploadChecksum> checksum = ChecksumOf(request.headers);
  const std::optional<int64_t> body_bytes = request.body_reader->length_bytes();
  const bool has_body = body_bytes != 0;
  if (has_body) CheckTusContentType(request.headers);
  if (wish.length_bytes && body_bytes && *body_bytes > *wish.length_bytes) {
    throw HttpError(400, "invalid_argument", "The body is longer than Upload-Length.");
  }

  State state;
  state.upload = co_await services_.pool.Run(
      [&] { return AdmitUpload(services_, files_, *request.caller, wish); });
  if (has_body || checksum) {
    std::exception_ptr failure;
    try {
      UploadLocks::Taken taken = co_await Lock(state.upload.id, request);
      taken.first_step.reset();
      co_await Receive(request, taken.hold, state, std::move(checksum));
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure) {
      // The client does not know where it is.
      co_await Remove(state.upload);
      std::rethrow_exception(failure);
    }
  }
  Response response = Response::Empty(201);
  response.headers.Add("Location", "/api/v1/uploads/" + state.upload.id.text());
  AddOffsets(state, response);
  co_return response;
}

Task<Response> Tus::Head(Request& request) {
  CheckTusVersion(request);
  State state;
  state.upload = co_await services_.pool.Run([&] { return Find(request); });
  if (state.upload.is_complete) {
    state.offset = state.upload.length_bytes.value_or(0);
  } else {
    const UploadLocks::Taken taken = co_await Lock(state.upload.id, request);
    co_await services_.pool.RunAdmitted([&] {
      state = Look(request);
      // A client that finds all its bytes there sends nothing more, so who else should do it.
      try {
        StoreIfWhole(*request.caller, state);
      } catch (const Error&) {  // An empty PATCH is told why.
      }
    });
  }
  Response response = Response::Empty(200);
  const Upload& upload = state.upload;
  if (upload.length_bytes) {
    response.headers.Add("Upload-Length", std::to_string(*upload.length_bytes));
  } else {
    response.headers.Add("Upload-Defer-Length", "1");
  }
  if (!upload.metadata.empty()) response.headers.Add("Upload-Metadata", upload.metadata);
  AddOffsets(state, response);
  co_return response;
}

Task<Response> Tus::Patch(Request& request) {
  CheckTusVersion(request);
  CheckTusContentType(request.headers);
  const std::optional<int64_t> offset = ByteCount(request.headers, "Upload-Offset");
  if (!offset) throw HttpError(400, "invalid_argument", "Upload-Offset is missing.");
  const std::optional<int64_t> told_length = ByteCount(request.headers, "Upload-Length");
  std::optional<UploadChecksum> checksum = ChecksumOf(request.headers);
  const Upload found = co_await services_.pool.Run([&] { return Find(request); });

  UploadLocks::Taken taken = co_await Lock(found.id, request);
  State state;
  co_await services_.pool.RunAdmitted([&] {
    state = Look(request);
    if (*offset != state.offset) {
      throw OffsetMismatch(state.offset, "Upload-Offset is not how much is there.");
    }
    if (told_length && state.upload.length_bytes.value_or(*told_length) != *told_length) {
      throw HttpError(400, "invalid_argument", "The upload's length was told before.");
    }
    if (told_length && *told_length < state.offset) {
      throw HttpError(400, "invalid_argument", "Upload-Length is less than what is there.");
    }
    if (told_length && !state.upload.length_bytes) {
      SetUploadLength(services_, *request.caller, state.upload, *told_length);
    }
    RenewTime(state);
  });
  taken.first_step.reset();
  std::exception_ptr failure;
  try {
    co_await Receive(request, taken.hold, state, std::move(checksum));
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    const std::optional<Code> code = CodeOf(failure);
    if (code == Code::kUnsupportedMedia) co_await Remove(state.upload);
    if (code == Code::kStorageFull) co_await ThrowStorageFull(request, taken.hold);
    std::rethrow_exception(failure);
  }
  Response response = Response::Empty(204);
  AddOffsets(state, response);
  co_return response;
}

Task<Response> Tus::Terminate(Request& request) {
  CheckTusVersion(request);
  const Upload found = co_await services_.pool.Run([&] { return Find(request); });
  const UploadLocks::Taken taken = co_await Lock(found.id, request);
  co_await services_.pool.RunAdmitted(
      [&] { RemoveUpload(services_.stores, services_.blobs, Find(request)); });
  co_return Response::Empty(204);
}

}  // namespace

void AddTusRoutes(RouteTable& routes, Services& services, const TusOptions& options) {
  const auto tus = std::make_shared<Tus>(services, options);
  constexpr std::string_view kAll = "/api/v1/uploads", kOne = "/api/v1/uploads/{uploadId}";
  for (const std::string_view pattern : {kAll, kOne}) {
    routes.AddHeader(std::string(pattern), "Tus-Resumable", std::string(kTusVersion));
  }
  const auto add = [&](Method method, std::string_view pattern, std::string operation_id,
                       int64_t limit, Body body, Task<Response> (Tus::*handler)(Request&)) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.operation_id = std::move(operation_id);
    route.body_limit_bytes = limit;
    route.body = body;
    route.takes_method_override = true;
    route.handler =
        AsyncHandler([tus, handler](Request& request) { return ((*tus).*handler)(request); });
    routes.Add(std::move(route));
  };
  const auto add_options = [&](std::string_view pattern, std::string operation_id) {
    Route route;
    route.method = Method::kOptions;
    route.pattern = pattern;
    route.operation_id = std::move(operation_id);
    route.security = Security::kNone;
    route.takes_method_override = true;
    route.handler = AsyncHandler([](Request&) -> Task<Response> { co_return OptionsAnswer(); });
    routes.Add(std::move(route));
  };
  add_options(kAll, "tusOptions");
  add(Method::kPost, kAll, "tusCreate", kNoBodyLimit, Body::kStream, &Tus::Create);
  add_options(kOne, "tusUploadOptions");
  add(Method::kHead, kOne, "tusHead", 0, Body::kText, &Tus::Head);
  add(Method::kPatch, kOne, "tusPatch", kNoBodyLimit, Body::kStream, &Tus::Patch);
  add(Method::kDelete, kOne, "tusTerminate", 1'024, Body::kText, &Tus::Terminate);
}

void AddTusRoutes(RouteTable& routes, Services& services) {
  AddTusRoutes(routes, services, TusOptions{});
}

}  // namespace tapmask::api
