// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/local/master_key.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/hex.h"
#include "tapmask/storage/secret_file.h"

namespace tapmask {
namespace {

struct FreeKdf {
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

// Of two uses of one key, none says anything about the other: `purpose` differs.
void Hkdf(const FileKey& key, std::span<const uint8_t> salt, std::string_view purpose,
          std::span<uint8_t> out) {
  const std::unique_ptr<EVP_KDF, FreeKdf> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const std::unique_ptr<EVP_KDF_CTX, FreeKdf> context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
  char digest[] = "SHA256";
  const auto octets = [](const char* name, const void* data, size_t size) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<void*>(data), size);
  };
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      octets(OSSL_KDF_PARAM_KEY, key.bytes.data(), key.bytes.size()),
      octets(OSSL_KDF_PARAM_SALT, salt.data(), salt.size()),
      octets(OSSL_KDF_PARAM_INFO, purpose.data(), purpose.size()),
      OSSL_PARAM_construct_end(),
  };
  if (!context || EVP_KDF_derive(context.get(), out.data(), out.size(), params) != 1) {
    throw Error(Code::kInternal, "A key cannot be made.", "HKDF");
  }
}

}  // namespace

FileKey::~FileKey() {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

MasterKey::MasterKey(const FileKey& key) : key_(key) {
  constexpr std::array<uint8_t, 32> kNoSalt{};
  Hkdf(key_, kNoSalt, "tapmask key id v1", id_);
}

MasterKey MasterKey::FromFile(const std::filesystem::path& path) {
  std::optional<std::string> text = ReadSecretFile(path, 100);
  if (!text) {
    throw Error(Code::kInvalidArgument,
                "There is no key file " + path.string() + "; make it with openssl rand -hex 32.");
  }
  FileKey key;
  bool is_key = text->size() == key.bytes.size();
  if (is_key) {
    std::memcpy(key.bytes.data(), text->data(), key.bytes.size());
  } else {
    std::string_view digits = *text;
    while (!digits.empty() && (digits.back() == '\n' || digits.back() == '\r')) {
      digits.remove_suffix(1);
    }
    is_key = FromHex(digits, key.bytes);
  }
  OPENSSL_cleanse(text->data(), text->size());
  if (!is_key) {
    throw Error(Code::kInvalidArgument,
                "The key file " + path.string() + " holds neither 32 bytes nor 64 hex digits.");
  }
  if (std::all_of(key.bytes.begin(), key.bytes.end(),
                  [&](uint8_t byte) { return byte == key.bytes[0]; })) {
    throw Error(Code::kInvalidArgument,
                "The key file " + path.string() + " repeats one byte; that is no key.");
  }
  return MasterKey(key);
}

FileKey MasterKey::DeriveFor(std::span<const uint8_t, 32> salt, std::string_view name) const {
  FileKey key;
  Hkdf(key_, salt, "tapmask file v1 " + std::string(name), key.bytes);
  return key;
}

}  // namespace tapmask
