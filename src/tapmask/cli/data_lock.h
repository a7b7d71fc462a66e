// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "tapmask/storage/file_descriptor.h"

namespace tapmask {

// What the one `tapmask serve` of a data folder holds; given up when it is closed, or its process
// ends. To be taken before anything in the folder is opened: what is opened may be changed by it.
// Makes the folder when it is missing.
//
// Throws kConflict when another one has it, kStorageFull or kUnavailable when the lock's file
// cannot be made, kInvalidArgument as MakeDataFolder.
FileDescriptor LockData(const std::filesystem::path& folder);

}  // namespace tapmask
