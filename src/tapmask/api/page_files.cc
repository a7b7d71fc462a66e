// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/page_files.h"

#include <algorithm>

namespace tapmask::api {

const PageFile* FindPageFile(std::span<const PageFile> files, std::string_view path) {
  const auto found = std::ranges::find(files, path, &PageFile::path);
  return found == files.end() ? nullptr : &*found;
}

}  // namespace tapmask::api
