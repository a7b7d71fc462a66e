// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tapmask {

// Files that hold keys: small, and nobody else's to read.

// Nothing: there is none. Throws kInvalidArgument when it belongs to somebody else than us or root,
// when others may read or write it (any of the mode's last six bits), when it is no regular file or
// longer than `most_bytes`. A link to such a file is fine, as container systems make them.
std::optional<std::string> ReadSecretFile(const std::filesystem::path& path, size_t most_bytes);

// Whole and durable or not at all; mode 0600.
void WriteSecretFile(const std::filesystem::path& path, std::string_view text);

}  // namespace tapmask
