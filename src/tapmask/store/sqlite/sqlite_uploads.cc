// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/sqlite_uploads.h"

#include <algorithm>
#include <string>

#include "tapmask/core/error.h"
#include "tapmask/store/sqlite/stored_bytes.h"

namespace tapmask::sqlite {
namespace {

constexpr std::string_view kSelectUploads = R"(
SELECT id, user_id, length_bytes, reserved_bytes, metadata, created_at, expires_at, video_id,
  job_id, is_complete
FROM uploads )";

std::vector<Upload> ReadUploads(Statement statement) {
  std::vector<Upload> uploads;
  while (statement.Step()) {
    Upload& upload = uploads.emplace_back();
    upload.id = statement.Id<UploadId>();
    upload.user_id = statement.Id<UserId>();
    upload.length_bytes = statement.MaybeInt();
    upload.reserved_bytes = statement.Int();
    upload.metadata = statement.Text();
    upload.created_at = statement.Time();
    upload.expires_at = statement.Time();
    upload.video_id = statement.Id<VideoId>();
    upload.job_id = statement.Id<JobId>();
    upload.is_complete = statement.Bool();
  }
  return uploads;
}

bool FitsIn(Connection& connection, const UserId& user_id, const UploadId& id, int64_t bytes,
            int64_t most_bytes) {
  if (bytes < 0) throw Error(Code::kInvalidArgument, "A length is not less than 0.");
  if (most_bytes == INT64_MAX) return true;
  const int64_t stored = BytesOfVideos(connection, user_id);
  const int64_t reserved = BytesOfUploads(connection, user_id, id);
  return bytes <= most_bytes && stored <= most_bytes - bytes &&
         reserved <= most_bytes - bytes - stored;
}

void CheckCount(Connection& connection, const UserId& user_id) {
  Statement statement = connection.Query(
      "SELECT COUNT(*) FROM uploads WHERE user_id = ?1 AND NOT is_complete", user_id);
  if (statement.Step() && statement.Int() >= kMostUnfinishedUploads) {
    throw Error(Code::kRateLimited,
                "The account has too many unfinished uploads; finish some, or give some up.");
  }
}

}  // namespace

bool SqliteUploads::Add(const Upload& upload, int64_t most_bytes) {
  return database_.Write([&](Connection& connection) {
    CheckCount(connection, upload.user_id);
    if (!FitsIn(connection, upload.user_id, upload.id, upload.reserved_bytes, most_bytes)) {
      return false;
    }
    connection.Run(R"(
INSERT INTO uploads (id, user_id, length_bytes, reserved_bytes, metadata, created_at, expires_at,
  video_id, job_id, is_complete)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))",
                   upload.id, upload.user_id, upload.length_bytes, upload.reserved_bytes,
                   upload.metadata, upload.created_at, upload.expires_at, upload.video_id,
                   upload.job_id, upload.is_complete);
    return true;
  });
}

std::optional<Upload> SqliteUploads::Get(const UserId& user_id, const UploadId& id, Time now) {
  static const std::string kSelect =
      std::string(kSelectUploads).append("WHERE id = ?1 AND user_id = ?2 AND expires_at > ?3");
  return database_.Read([&](Connection& connection) -> std::optional<Upload> {
    std::vector<Upload> uploads = ReadUploads(connection.Query(kSelect, id, user_id, now));
    if (uploads.empty()) return std::nullopt;
    return std::move(uploads.front());
  });
}

bool SqliteUploads::SetLength(const UploadId& id, int64_t length_bytes, int64_t most_bytes) {
  return database_.Write([&](Connection& connection) {
    Statement statement =
        connection.Query("SELECT user_id FROM uploads WHERE id = ?1 AND length_bytes IS NULL", id);
    if (!statement.Step()) return false;
    if (!FitsIn(connection, statement.Id<UserId>(), id, length_bytes, most_bytes)) return false;
    connection.Run("UPDATE uploads SET length_bytes = ?2, reserved_bytes = ?2 WHERE id = ?1", id,
                   length_bytes);
    return true;
  });
}

bool SqliteUploads::SetExpiry(const UploadId& id, Time expires_at) {
  return database_.Write([&](Connection& connection) {
    return connection.Run("UPDATE uploads SET expires_at = ?2 WHERE id = ?1", id, expires_at) > 0;
  });
}

bool SqliteUploads::SetComplete(const UploadId& id) {
  return database_.Write([&](Connection& connection) {
    return connection.Run("UPDATE uploads SET is_complete = 1 WHERE id = ?1", id) > 0;
  });
}

bool SqliteUploads::Remove(const UserId& user_id, const UploadId& id) {
  return database_.Write([&](Connection& connection) {
    return connection.Run("DELETE FROM uploads WHERE id = ?1 AND user_id = ?2", id, user_id) > 0;
  });
}

std::vector<Upload> SqliteUploads::OfUser(const UserId& user_id) {
  static const std::string kSelect =
      std::string(kSelectUploads).append("WHERE user_id = ?1 ORDER BY seq");
  return database_.Read(
      [&](Connection& connection) { return ReadUploads(connection.Query(kSelect, user_id)); });
}

std::vector<Upload> SqliteUploads::Expired(Time now, int limit, const Upload* after) {
  static const std::string kSelect = std::string(kSelectUploads).append(R"(
WHERE expires_at <= ?1 AND (expires_at, id) > (?3, ?4) ORDER BY expires_at, id LIMIT ?2)");
  const Time after_time = after ? after->expires_at : Time::min();
  const std::string after_id = after ? after->id.text() : "";
  return database_.Read([&](Connection& connection) {
    return ReadUploads(connection.Query(kSelect, now, std::max(limit, 0), after_time, after_id));
  });
}

std::vector<Upload> SqliteUploads::Unfinished(int limit, const UploadId* after) {
  static const std::string kSelect = std::string(kSelectUploads)
                                         .append("WHERE NOT is_complete AND id > ?2 ")
                                         .append("ORDER BY id LIMIT ?1");
  const std::string after_id = after ? after->text() : "";
  return database_.Read([&](Connection& connection) {
    return ReadUploads(connection.Query(kSelect, std::max(limit, 0), after_id));
  });
}

}  // namespace tapmask::sqlite
