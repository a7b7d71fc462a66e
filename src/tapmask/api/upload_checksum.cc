// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/upload_checksum.h"

#include <optional>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "tapmask/api/error_response.h"
#include "tapmask/api/tus_headers.h"

namespace tapmask::api {
namespace {

[[noreturn]] void Fail() {
  throw Error(Code::kInternal, "Something went wrong on the server.", "OpenSSL cannot hash");
}

}  // namespace

void UploadChecksum::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

UploadChecksum::UploadChecksum(std::string_view header) {
  const size_t blank = header.find(' ');
  const std::string_view algorithm = header.substr(0, blank);
  const EVP_MD* digest = algorithm == "sha1"     ? EVP_sha1()
                         : algorithm == "sha256" ? EVP_sha256()
                                                 : nullptr;
  if (!digest && blank != std::string_view::npos) {
    throw HttpError(400, "checksum_unsupported", "Checksums are taken of sha1 and sha256.");
  }
  std::optional<std::string> expected;
  if (blank != std::string_view::npos) expected = Base64Decoded(header.substr(blank + 1));
  if (!digest || !expected || expected->size() != static_cast<size_t>(EVP_MD_size(digest))) {
    throw HttpError(400, "invalid_argument",
                    "Upload-Checksum must be an algorithm and its checksum in base64.");
  }
  expected_ = std::move(*expected);
  context_.reset(EVP_MD_CTX_new());
  if (!context_ || EVP_DigestInit_ex(context_.get(), digest, nullptr) != 1) Fail();
}

void UploadChecksum::Add(std::string_view data) {
  if (EVP_DigestUpdate(context_.get(), data.data(), data.size()) != 1) Fail();
}

bool UploadChecksum::Matches() {
  unsigned char is[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_.get(), is, &size) != 1) Fail();
  return size == expected_.size() && CRYPTO_memcmp(is, expected_.data(), size) == 0;
}

}  // namespace tapmask::api
