// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/stored_bytes.h"

namespace tapmask::sqlite {
namespace {

// Rows may hold INT64_MAX, "as much as there is", so SUM() could overflow, which is an error;
// TOTAL() is exact up to 2^53.
int64_t Total(Statement statement) {
  statement.Step();
  const double total = statement.Real();
  return total < 0x1p63 ? static_cast<int64_t>(total) : INT64_MAX;
}

}  // namespace

int64_t BytesOfVideos(Connection& connection, const UserId& user_id) {
  return Total(connection.Query(
      "SELECT TOTAL(file_size_bytes) FROM videos WHERE user_id = ?1 AND deleted_at IS NULL",
      user_id));
}

int64_t BytesOfUploads(Connection& connection, const UserId& user_id, const UploadId& but) {
  return Total(connection.Query(R"(
SELECT TOTAL(reserved_bytes) FROM uploads WHERE user_id = ?1 AND NOT is_complete AND id <> ?2)",
                                user_id, but));
}

}  // namespace tapmask::sqlite
