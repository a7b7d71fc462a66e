// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/input_file.h"

#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "tapmask/core/error.h"

namespace tapmask {

void CheckInputFile(const std::filesystem::path& file, std::string_view what) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) {
    throw Error(Code::kNotFound,
                fmt::format("There is no file {}; check the name.", file.string()));
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw Error(Code::kUnsupportedMedia,
                fmt::format("{} is not a file; name {}.", file.string(), what));
  }
  if (access(file.c_str(), R_OK) != 0) {
    throw Error(Code::kUnsupportedMedia,
                fmt::format("{} cannot be read; check its permissions.", file.string()));
  }
}

}  // namespace tapmask
