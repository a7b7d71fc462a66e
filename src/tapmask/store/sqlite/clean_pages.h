// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace tapmask::sqlite {

// Where SQLite moves rows from page to page, or within one, their old bytes stay in the gap between
// the page's list of rows and its rows; `secure_delete` overwrites only what is deleted. What is
// written to the database file is therefore cleaned here: at a checkpoint, by no reading, no second
// file and no waiting. (VACUUM would do it too, but needs twice the space of the file, and keeps
// all who write waiting for the whole of it.)

// Overwrites the gap of a b-tree page with zeros, see sqlite.org/fileformat2.html. `is_first`: of
// the file, which begins with the file's header. False: it is no such page, or damaged; nothing was
// changed.
bool ClearGap(std::span<uint8_t> page, bool is_first);

// The name of a VFS (see sqlite.org/vfs.html) which is the system's own, but writes pages to
// database files with their gaps cleared. Not to be used with auto_vacuum. What other programs
// write to the file is as they write it. May be called from any thread.
const char* CleaningVfs();

}  // namespace tapmask::sqlite
