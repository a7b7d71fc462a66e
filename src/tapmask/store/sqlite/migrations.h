// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/store/sqlite/connection.h"

namespace tapmask::sqlite {

// Brings the database to the present layout, step by step, each step wholly or not at all; another
// process may do the same at the same time. Throws kConflict when the layout is newer than this
// program, kInternal when the file is no database of ours.
void Migrate(Connection& connection);

}  // namespace tapmask::sqlite
