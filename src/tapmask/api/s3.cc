// SPDX-License-Identifier: Apache-2.0
// /api/v1/s3/multipart…: uploads straight to an S3 store. There is none, and clients that ask
// GET /api/v1/config first never come here; the others are told what to do instead.

#include <string>
#include <utility>

#include "tapmask/api/error_response.h"
#include "tapmask/api/routes.h"

namespace tapmask::api {

void AddS3Routes(RouteTable& routes, Services&) {
  const auto add = [&](Method method, std::string path, std::string operation_id, int64_t limit) {
    Route route;
    route.method = method;
    route.pattern = "/api/v1/s3/multipart" + path;
    route.operation_id = std::move(operation_id);
    route.body_limit_bytes = limit;
    route.handler = BlockingHandler([](Request&) -> Response {
      throw HttpError(501, "s3_not_available",
                      "This server has no S3 store. Upload by tus, at /api/v1/uploads.");
    });
    routes.Add(std::move(route));
  };
  add(Method::kPost, "", "s3CreateMultipart", 8'192);
  add(Method::kGet, "/{s3UploadId}", "s3ListParts", 0);
  add(Method::kDelete, "/{s3UploadId}", "s3AbortMultipart", 1'024);
  add(Method::kGet, "/{s3UploadId}/batch", "s3SignParts", 0);
  add(Method::kPost, "/{s3UploadId}/complete", "s3CompleteMultipart", 1'048'576);
  add(Method::kGet, "/{s3UploadId}/{partNumber}", "s3SignPart", 0);
}

}  // namespace tapmask::api
