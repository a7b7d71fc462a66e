// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/clean_pages.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <sqlite3.h>

namespace tapmask::sqlite {
namespace {

constexpr size_t kFileHeader = 100;
constexpr size_t kMostPageBytes = 65'536;
// Other kinds of pages begin with the number of a page. In a file of so many pages (64 GiB) no such
// number begins with the byte that marks a b-tree page.
constexpr sqlite3_int64 kMostPages = 1 << 24;

size_t Number(std::span<const uint8_t> page, size_t at) {
  return (size_t{page[at]} << 8) | page[at + 1];
}

// The system's own functions for an open file. There is one table of them in a process.
std::atomic<const sqlite3_io_methods*> own_methods = nullptr;

bool IsCleanable(sqlite3_file* file, int size, sqlite3_int64 at) {
  const bool is_page = size >= 512 && static_cast<size_t>(size) <= kMostPageBytes &&
                       (size & (size - 1)) == 0 && at % size == 0;
  sqlite3_int64 file_size = 0;
  return is_page && own_methods.load()->xFileSize(file, &file_size) == SQLITE_OK &&
         std::max(file_size, at + size) / size <= kMostPages;
}

int WriteCleaned(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  const auto write = own_methods.load()->xWrite;
  if (!IsCleanable(file, size, at)) return write(file, data, size, at);
  // What is given belongs to SQLite.
  thread_local std::array<uint8_t, kMostPageBytes> page;
  const auto* bytes = static_cast<const uint8_t*>(data);
  std::copy(bytes, bytes + size, page.begin());
  ClearGap(std::span(page).first(static_cast<size_t>(size)), at == 0);
  return write(file, page.data(), size, at);
}

sqlite3_io_methods Cleaning(const sqlite3_io_methods& own) {
  sqlite3_io_methods methods = own;
  methods.xWrite = WriteCleaned;
  return methods;
}

sqlite3_vfs* OwnVfs() {
  static sqlite3_vfs* const own = sqlite3_vfs_find(nullptr);
  return own;
}

int Open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  const int code = OwnVfs()->xOpen(OwnVfs(), name, file, flags, flags_out);
  if (code != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0) return code;
  const sqlite3_io_methods* none = nullptr;
  own_methods.compare_exchange_strong(none, file->pMethods);
  if (own_methods.load() != file->pMethods) {  // Another kind of file: it would not be cleaned.
    file->pMethods->xClose(file);
    file->pMethods = nullptr;
    return SQLITE_CANTOPEN;
  }
  static const sqlite3_io_methods methods = Cleaning(*own_methods.load());
  file->pMethods = &methods;
  return SQLITE_OK;
}

}  // namespace

bool ClearGap(std::span<uint8_t> page, bool is_first) {
  const size_t begin = is_first ? kFileHeader : 0;
  if (page.size() < 512 || page.size() > kMostPageBytes) return false;
  const uint8_t kind = page[begin];
  const bool is_inner = kind == 2 || kind == 5, is_leaf = kind == 10 || kind == 13;
  if (!is_inner && !is_leaf) return false;
  const size_t rows = Number(page, begin + 3), list = begin + (is_inner ? 12 : 8);
  const size_t list_end = list + 2 * rows;
  size_t content = Number(page, begin + 5);
  if (content == 0) content = kMostPageBytes;
  if (content > page.size() || list_end > content) return false;
  const size_t first_hole = Number(page, begin + 1);
  if (first_hole != 0 && (first_hole < content || first_hole + 4 > page.size())) return false;
  for (size_t at = list; at < list_end; at += 2) {
    const size_t row = Number(page, at);
    if (row < content || row >= page.size()) return false;
  }
  std::fill(page.begin() + static_cast<std::ptrdiff_t>(list_end),
            page.begin() + static_cast<std::ptrdiff_t>(content), uint8_t{0});
  return true;
}

const char* CleaningVfs() {
  static constexpr const char* kName = "tapmask";
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs copy = *OwnVfs();
    copy.pNext = nullptr;
    copy.zName = kName;
    copy.xOpen = Open;
    return copy;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  (void)registered;  // Otherwise opening by its name fails.
  return kName;
}

}  // namespace tapmask::sqlite
