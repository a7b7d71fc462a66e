// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "tapmask/media/input_name.h"

struct AVSHA;

namespace tapmask {

// A running SHA-256 (FIPS 180-4).
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Add(const uint8_t* data, size_t size);
  std::string Hex() const;  // Of all that was added so far.

 private:
  struct Free {
    void operator()(AVSHA* p) const;
  };
  std::unique_ptr<AVSHA, Free> state_;
};

// Of a file's bytes. Throws kNotFound, kUnsupportedMedia when it is no file that can be read.
std::string Sha256OfFile(const InputName& file);

}  // namespace tapmask
