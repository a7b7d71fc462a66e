// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/local/encrypted_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/local/posix_file.h"

namespace tapmask {
namespace {

constexpr int kTagBytes = 16;
constexpr int64_t kSealedBytes = kChunkBytes + kTagBytes;

struct Header {
  std::array<char, 8> magic{'T', 'M', 'F', 'I', 'L', 'E', '1', '\n'};
  MasterKey::Id key_id{};
  std::array<uint8_t, 32> salt{};
};
static_assert(sizeof(Header) == 48);
constexpr int64_t kHeaderBytes = sizeof(Header);

using Nonce = std::array<uint8_t, 12>;

Nonce NonceOf(uint64_t number, bool is_last) {
  Nonce nonce{};
  for (size_t i = 0; i < 8; ++i) nonce[i] = static_cast<uint8_t>(number >> (56 - 8 * i));
  nonce[11] = is_last ? 1 : 0;
  return nonce;
}

const uint8_t* Bytes(const std::byte* data) {
  return reinterpret_cast<const uint8_t*>(data);
}
uint8_t* Bytes(std::byte* data) {
  return reinterpret_cast<uint8_t*>(data);
}

void Check(bool ok) {
  if (!ok) throw Error(Code::kInternal, "A file cannot be encrypted or read.", "AES-256-GCM");
}

[[noreturn]] void ThrowDamaged(const std::filesystem::path& path, const std::string& why) {
  throw Error(Code::kInternal, "A stored file is damaged and cannot be read.",
              path.string() + ": " + why);
}

}  // namespace

std::optional<int64_t> PlainSize(int64_t size_on_disk_bytes) {
  const int64_t body = size_on_disk_bytes - kHeaderBytes;
  if (body < kTagBytes) return std::nullopt;
  const int64_t chunks = (body + kSealedBytes - 1) / kSealedBytes;
  const int64_t last = body - (chunks - 1) * kSealedBytes;
  if (last < kTagBytes || (last == kTagBytes && chunks > 1)) return std::nullopt;
  return body - chunks * kTagBytes;
}

struct ChunkCipher::Contexts {
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  std::unique_ptr<EVP_CIPHER_CTX, Free> sealing{EVP_CIPHER_CTX_new()};
  std::unique_ptr<EVP_CIPHER_CTX, Free> opening{EVP_CIPHER_CTX_new()};
};

ChunkCipher::ChunkCipher(const FileKey& key) : contexts_(std::make_unique<Contexts>()) {
  Check(contexts_->sealing && contexts_->opening);
  Check(EVP_EncryptInit_ex(contexts_->sealing.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(),
                           nullptr) == 1);
  Check(EVP_DecryptInit_ex(contexts_->opening.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(),
                           nullptr) == 1);
}
ChunkCipher::~ChunkCipher() = default;
ChunkCipher::ChunkCipher(ChunkCipher&&) noexcept = default;

void ChunkCipher::Seal(uint64_t number, bool is_last, std::span<const std::byte> plain,
                       std::vector<std::byte>& sealed) {
  EVP_CIPHER_CTX* const context = contexts_->sealing.get();
  sealed.resize(plain.size() + kTagBytes);
  int count = 0;
  Check(EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, NonceOf(number, is_last).data()) ==
        1);
  // An empty chunk has only a tag.
  if (!plain.empty()) {
    Check(EVP_EncryptUpdate(context, Bytes(sealed.data()), &count, Bytes(plain.data()),
                            static_cast<int>(plain.size())) == 1);
  }
  Check(EVP_EncryptFinal_ex(context, Bytes(sealed.data()) + count, &count) == 1);
  Check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagBytes,
                            sealed.data() + plain.size()) == 1);
}

bool ChunkCipher::Open(uint64_t number, bool is_last, std::span<const std::byte> sealed,
                       std::vector<std::byte>& plain) {
  if (sealed.size() < kTagBytes) return false;
  EVP_CIPHER_CTX* const context = contexts_->opening.get();
  plain.resize(sealed.size() - kTagBytes);
  int count = 0;
  std::array<uint8_t, kTagBytes> tag{};
  std::memcpy(tag.data(), sealed.data() + plain.size(), tag.size());
  Check(EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, NonceOf(number, is_last).data()) ==
        1);
  if (!plain.empty()) {
    Check(EVP_DecryptUpdate(context, Bytes(plain.data()), &count, Bytes(sealed.data()),
                            static_cast<int>(plain.size())) == 1);
  }
  Check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1);
  std::array<uint8_t, 16> rest{};  // Stays unused in this mode.
  const bool is_right = EVP_DecryptFinal_ex(context, rest.data(), &count) == 1;
  if (!is_right) plain.clear();  // Nobody is to see what was not checked.
  return is_right;
}

EncryptedFileWriter::EncryptedFileWriter(const FileDescriptor& file, std::filesystem::path path,
                                         const MasterKey& key, const std::string& name)
    : file_(file), path_(std::move(path)) {
  Header header;
  header.key_id = key.id();
  Check(RAND_bytes(header.salt.data(), static_cast<int>(header.salt.size())) == 1);
  cipher_.emplace(key.DeriveFor(header.salt, name));
  plain_.reserve(kChunkBytes);
  WriteAll(file_, std::as_bytes(std::span(&header, 1)), path_);
}

void EncryptedFileWriter::Write(std::span<const std::byte> data) {
  while (!data.empty()) {
    // Only now it is known that the full chunk is not the last one.
    if (plain_.size() == kChunkBytes) Flush(false);
    const size_t count = std::min(data.size(), static_cast<size_t>(kChunkBytes) - plain_.size());
    plain_.insert(plain_.end(), data.begin(), data.begin() + static_cast<ptrdiff_t>(count));
    data = data.subspan(count);
  }
}

void EncryptedFileWriter::Finish() {
  Flush(true);
}

void EncryptedFileWriter::Flush(bool is_last) {
  cipher_->Seal(number_++, is_last, plain_, sealed_);
  WriteAll(file_, sealed_, path_);
  plain_.clear();
}

EncryptedFileReader::EncryptedFileReader(FileDescriptor file, std::filesystem::path path,
                                         const MasterKey& key, const std::string& name)
    : file_(std::move(file)), path_(std::move(path)) {
  Header header;
  const Header expected;
  const size_t count = ReadAllAt(file_, 0, std::as_writable_bytes(std::span(&header, 1)), path_);
  if (count < sizeof header || header.magic != expected.magic) {
    ThrowDamaged(path_, "not an encrypted file");
  }
  if (header.key_id != key.id()) ThrowDamaged(path_, "encrypted with another key");
  const std::optional<int64_t> size = PlainSize(StatOf(file_, path_).st_size);
  if (!size) ThrowDamaged(path_, "cut off");
  size_bytes_ = *size;
  chunks_ = std::max<int64_t>(1, (size_bytes_ + kChunkBytes - 1) / kChunkBytes);
  cipher_.emplace(key.DeriveFor(header.salt, name));
  // Is it the last one? If not, the file was cut, and its size is a lie.
  Load(chunks_ - 1);
}

size_t EncryptedFileReader::ReadAt(int64_t offset, std::span<std::byte> out) {
  size_t done = 0;
  while (done < out.size() && offset < size_bytes_) {
    const int64_t number = offset / kChunkBytes;
    if (number != loaded_) Load(number);
    const size_t within = static_cast<size_t>(offset - number * kChunkBytes);
    const size_t count = std::min(out.size() - done, plain_.size() - within);
    std::copy_n(plain_.begin() + static_cast<ptrdiff_t>(within), count,
                out.begin() + static_cast<ptrdiff_t>(done));
    done += count;
    offset += static_cast<int64_t>(count);
  }
  return done;
}

void EncryptedFileReader::Load(int64_t number) {
  const bool is_last = number == chunks_ - 1;
  const int64_t plain = is_last ? size_bytes_ - number * kChunkBytes : kChunkBytes;
  loaded_ = -1;
  sealed_.resize(static_cast<size_t>(plain) + kTagBytes);
  const size_t count = ReadAllAt(file_, kHeaderBytes + number * kSealedBytes, sealed_, path_);
  if (count < sealed_.size() ||
      !cipher_->Open(static_cast<uint64_t>(number), is_last, sealed_, plain_)) {
    ThrowDamaged(path_, "chunk " + std::to_string(number) + " is not what was written");
  }
  loaded_ = number;
}

}  // namespace tapmask
