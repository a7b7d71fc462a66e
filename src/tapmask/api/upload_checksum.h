// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

// OpenSSL's; its header stays in the source.
struct evp_md_ctx_st;

namespace tapmask::api {

// The names for Tus-Checksum-Algorithm.
constexpr std::string_view kChecksumAlgorithms = "sha1,sha256";

// Compares a body with what Upload-Checksum says of it. Not thread-safe.
class UploadChecksum {
 public:
  // From the header's value, "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=". Throws HttpError 400
  // checksum_unsupported for another algorithm, invalid_argument for what is malformed.
  explicit UploadChecksum(std::string_view header);

  void Add(std::string_view data);
  bool Matches();  // Once, at the end.

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
  std::string expected_;
};

}  // namespace tapmask::api
