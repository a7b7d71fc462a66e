// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/sha256.h"

#include <array>
#include <cstring>
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

std::string Sha256OfFile(const InputName& name) {
  const InputFile file(name, "a file");
  Sha256 sha;
  std::vector<uint8_t> buffer(1 << 20);
  for (int64_t offset = 0;;) {
    const int64_t got = file.ReadAt(offset, buffer);
    if (got < 0) {
      throw Error(Code::kUnavailable, name.name() + " cannot be read to its end.",
                  ffmpeg::ErrorText(AVERROR(static_cast<int>(-got))));
    }
    if (got == 0) return sha.Hex();
    sha.Add(buffer.data(), static_cast<size_t>(got));
    offset += got;
  }
}

}  // namespace tapmask
