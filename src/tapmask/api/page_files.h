// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace tapmask::api {

// A file that was put into the program when it was built (cmake/EmbedFiles.cmake). The views are of
// the program itself and hold for ever.
struct PageFile {
  std::string_view path;  // As it is asked for: "/index.html", "/assets/index-B2k9xQ.js".
  std::string_view content_type;
  std::string_view bytes;
  std::string_view gzip;  // The same, gzipped; empty where that would not be smaller.
  std::string_view hash;  // Of the bytes, 16 hexadecimal digits.
};

// The page; where the program was built without it (TAPMASK_PAGE), the one in placeholder_page.
// Has "/index.html", "/favicon.svg" and "/licenses.txt".
std::span<const PageFile> PageFiles();

// Null: there is none.
const PageFile* FindPageFile(std::span<const PageFile> files, std::string_view path);

}  // namespace tapmask::api
