// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/sha256.h"

#include <array>
#include <cstring>
#include <fstream>
#include <vector>

#include <fmt/format.h>

#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/input_file.h"

namespace tapmask {

void Sha256::Free::operator()(AVSHA* p) const {
  av_free(p);
}

Sha256::Sha256() : state_(ffmpeg::CheckAllocated(av_sha_alloc())) {
  av_sha_init(state_.get(), 256);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::Add(const uint8_t* data, size_t size) {
  av_sha_update(state_.get(), data, size);
}

std::string Sha256::Hex() const {
  // Finishing changes the state, so a copy is finished.
  const std::unique_ptr<AVSHA, Free> copy(ffmpeg::CheckAllocated(av_sha_alloc()));
  std::memcpy(copy.get(), state_.get(), static_cast<size_t>(av_sha_size));
  std::array<uint8_t, 32> digest{};
  av_sha_final(copy.get(), digest.data());
  std::string hex;
  for (const uint8_t byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

std::string Sha256OfFile(const std::filesystem::path& path) {
  CheckInputFile(path, "a file");
  std::ifstream file(path, std::ios::binary);
  Sha256 sha;
  std::vector<char> buffer(1 << 20);
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    sha.Add(reinterpret_cast<const uint8_t*>(buffer.data()), static_cast<size_t>(file.gcount()));
  }
  if (file.bad()) throw Error(Code::kUnavailable, path.string() + " cannot be read to its end.");
  return sha.Hex();
}

}  // namespace tapmask
