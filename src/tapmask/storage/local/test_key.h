// SPDX-License-Identifier: Apache-2.0
// For tests only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tapmask/storage/local/master_key.h"

namespace tapmask {

inline MasterKey TestKey(uint8_t seed = 1) {
  FileKey key;
  for (size_t i = 0; i < key.bytes.size(); ++i) key.bytes[i] = static_cast<uint8_t>(seed + i);
  return MasterKey(key);
}

}  // namespace tapmask
