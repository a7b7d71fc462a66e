// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tapmask/core/id.h"
#include "tapmask/store/sqlite/connection.h"

namespace tapmask::sqlite {

// Of the user's videos that are not deleted.
int64_t BytesOfVideos(Connection& connection, const UserId& user_id);
// Reserved by the user's unfinished uploads, all but this one.
int64_t BytesOfUploads(Connection& connection, const UserId& user_id, const UploadId& but);

}  // namespace tapmask::sqlite
