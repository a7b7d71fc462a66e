// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/sqlite_videos.h"

#include <algorithm>

#include "tapmask/core/error.h"
#include "tapmask/store/sqlite/enqueue.h"
#include "tapmask/store/sqlite/job_moves.h"
#include "tapmask/store/sqlite/job_rows.h"
#include "tapmask/store/sqlite/stored_bytes.h"

namespace tapmask::sqlite {
namespace {

constexpr std::string_view kSelectVideos = R"(
SELECT id, user_id, state, original_filename, file_size_bytes, storage_key, uploaded_at, expires_at,
  has_facts, format, duration_seconds, width, height, frame_rate, frames, rotation, codec, has_audio
FROM videos WHERE deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?2) AND )";

Video ReadVideo(Statement& statement) {
  Video video;
  video.id = statement.Id<VideoId>();
  video.user_id = statement.Id<UserId>();
  video.state = statement.Named(ParseVideoState);
  video.original_filename = statement.Text();
  video.file_size_bytes = statement.Int();
  video.storage_key = statement.Text();
  video.uploaded_at = statement.Time();
  video.expires_at = statement.MaybeTime();
  if (!statement.Bool()) return video;
  VideoFacts& facts = video.facts.emplace();
  facts.format = statement.Text();
  facts.duration_seconds = statement.Real();
  facts.width = statement.IntValue();
  facts.height = statement.IntValue();
  facts.frame_rate = statement.Real();
  facts.frames = statement.Int();
  facts.rotation = statement.IntValue();
  facts.codec = statement.Text();
  facts.has_audio = statement.Bool();
  return video;
}

bool IsLive(const Video& video, Time now) {
  return !video.expires_at || *video.expires_at > now;
}

// The video that the lease's ingest job is about, while it may be written to.
std::optional<VideoId> VideoOf(Connection& connection, const Lease& ingest) {
  const std::optional<JobRow> row = FindHeld(connection, ingest);
  if (!row || row->job.kind != JobKind::kIngest || row->is_video_gone) return std::nullopt;
  return row->job.video_id;
}

// `actor`: the user who deletes it, or the reaper who finds that its time is over.
void PutOutOfSight(Connection& connection, const VideoId& id, const std::string& reason,
                   JobActor actor, Time now) {
  std::vector<JobRow> rows;
  static const std::string kSelect =
      std::string(kSelectJobs).append("WHERE j.video_id = ?1 ORDER BY j.seq");
  for (Statement statement = connection.Query(kSelect, id); statement.Step();) {
    rows.push_back(ReadJobRow(statement));
  }
  connection.Run(R"(
UPDATE videos SET deleted_at = ?2, delete_reason = ?3, original_filename = '', has_facts = 0,
  format = NULL, duration_seconds = NULL, width = NULL, height = NULL, frame_rate = NULL,
  frames = NULL, rotation = NULL, codec = NULL, has_audio = NULL
WHERE id = ?1)",
                 id, now, reason);
  connection.Run("UPDATE uploads SET metadata = '' WHERE video_id = ?1", id);  // Has its name.
  for (const JobRow& row : rows) {
    if (row.job.status == JobStatus::kQueued) {
      CancelNow(connection, row, actor, now);
    } else if (IsRunning(row.job.status)) {
      if (!row.job.is_cancelled) AskToCancel(connection, row);
    } else if (!row.job.result.empty() || !row.job.output_key.empty()) {
      // They are not shown from now on, which is news.
      connection.Run("UPDATE jobs SET rev = ?2 WHERE seq = ?1", row.seq, NextRev(connection));
    }
    connection.Run(
        "UPDATE mails SET due_at = NULL, ended_at = ?2 WHERE job_id = ?1 AND due_at IS NOT NULL",
        row.job.id, now);
  }
}

}  // namespace

void DeleteVideosOf(Connection& connection, const UserId& user_id, const std::string& reason,
                    Time now) {
  std::vector<VideoId> ids;
  for (Statement statement = connection.Query(
           "SELECT id FROM videos WHERE user_id = ?1 AND deleted_at IS NULL ORDER BY seq", user_id);
       statement.Step();) {
    ids.push_back(statement.Id<VideoId>());
  }
  for (const VideoId& id : ids) PutOutOfSight(connection, id, reason, JobActor::kUser, now);
}

Enqueued SqliteVideos::AddWithIngest(const Video& video, const NewJob& ingest, Time now) {
  if (ingest.kind != JobKind::kIngest || ingest.video_id != video.id ||
      ingest.user_id != video.user_id) {
    throw Error(Code::kInvalidArgument, "The job is not the ingest of this video.");
  }
  return database_.Write([&](Connection& connection) {
    if (IsJobThere(connection, ingest.id) ||
        connection.Exists("SELECT 1 FROM videos WHERE id = ?1", video.id) ||
        connection.Exists("SELECT 1 FROM receipts WHERE video_id = ?1", video.id)) {
      return Enqueued::kAlreadyThere;
    }
    if (!IsLive(video, now)) return Enqueued::kNoVideo;
    const Enqueued room = RoomFor(connection, rules_, ingest, now);
    if (room != Enqueued::kNew) return room;
    connection.Run(R"(
INSERT INTO videos (id, user_id, state, original_filename, file_size_bytes, storage_key,
  uploaded_at, expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))",
                   video.id, video.user_id, VideoStateName(VideoState::kIngesting),
                   video.original_filename, video.file_size_bytes, video.storage_key,
                   video.uploaded_at, video.expires_at);
    InsertJob(connection, ingest, now);
    return room;
  });
}

std::optional<Video> SqliteVideos::Get(const UserId& user_id, const VideoId& id, Time now) {
  static const std::string kSelect = std::string(kSelectVideos).append("id = ?1 AND user_id = ?3");
  return database_.Read([&](Connection& connection) -> std::optional<Video> {
    Statement statement = connection.Query(kSelect, id, now, user_id);
    if (!statement.Step()) return std::nullopt;
    return ReadVideo(statement);
  });
}

std::vector<Video> SqliteVideos::List(const UserId& user_id, Time now) {
  static const std::string kSelect =
      std::string(kSelectVideos).append("user_id = ?1 ORDER BY uploaded_at DESC, seq DESC");
  return database_.Read([&](Connection& connection) {
    std::vector<Video> videos;
    for (Statement rows = connection.Query(kSelect, user_id, now); rows.Step();) {
      videos.push_back(ReadVideo(rows));
    }
    return videos;
  });
}

int64_t SqliteVideos::StoredBytes(const UserId& user_id) {
  return database_.Read([&](Connection& connection) { return BytesOfVideos(connection, user_id); });
}

bool SqliteVideos::SetFacts(const Lease& ingest, const VideoFacts& facts) {
  return database_.Write([&](Connection& connection) {
    const std::optional<VideoId> id = VideoOf(connection, ingest);
    if (!id) return false;
    connection.Run(R"(
UPDATE videos SET state = ?2, has_facts = 1, format = ?3, duration_seconds = ?4, width = ?5,
  height = ?6, frame_rate = ?7, frames = ?8, rotation = ?9, codec = ?10, has_audio = ?11
WHERE id = ?1)",
                   *id, VideoStateName(VideoState::kReady), facts.format, facts.duration_seconds,
                   facts.width, facts.height, facts.frame_rate, facts.frames, facts.rotation,
                   facts.codec, facts.has_audio);
    return true;
  });
}

bool SqliteVideos::SetRefused(const Lease& ingest) {
  return database_.Write([&](Connection& connection) {
    const std::optional<VideoId> id = VideoOf(connection, ingest);
    if (!id) return false;
    connection.Run("UPDATE videos SET state = ?2, has_facts = 0 WHERE id = ?1", *id,
                   VideoStateName(VideoState::kRefused));
    return true;
  });
}

bool SqliteVideos::Delete(const UserId& user_id, const VideoId& id, const std::string& reason,
                          Time now) {
  return database_.Write([&](Connection& connection) {
    const bool is_there = connection.Exists(
        "SELECT 1 FROM videos WHERE id = ?1 AND user_id = ?2 AND deleted_at IS NULL", id, user_id);
    if (is_there) PutOutOfSight(connection, id, reason, JobActor::kUser, now);
    return is_there;
  });
}

int SqliteVideos::DeleteExpired(Time now) {
  constexpr std::string_view kSelect =
      "SELECT id FROM videos WHERE deleted_at IS NULL AND expires_at <= ?1 ORDER BY expires_at";
  const bool has_work =
      database_.Read([&](Connection& connection) { return connection.Exists(kSelect, now); });
  if (!has_work) return 0;
  return database_.Write([&](Connection& connection) {
    std::vector<VideoId> expired;
    for (Statement statement = connection.Query(kSelect, now); statement.Step();) {
      expired.push_back(statement.Id<VideoId>());
    }
    for (const VideoId& id : expired) {
      PutOutOfSight(connection, id, "expired", JobActor::kReaper, now);
    }
    return static_cast<int>(expired.size());
  });
}

std::vector<DeletedVideo> SqliteVideos::ToSweep(int limit) {
  return database_.Read([&](Connection& connection) {
    std::vector<DeletedVideo> videos;
    Statement rows = connection.Query(R"(
SELECT id, user_id, delete_reason, deleted_at FROM videos
WHERE deleted_at IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM jobs WHERE jobs.video_id = videos.id AND jobs.lease_until IS NOT NULL)
ORDER BY deleted_at, seq LIMIT ?1)",
                                      std::max(limit, 0));
    while (rows.Step()) {
      DeletedVideo video;
      video.id = rows.Id<VideoId>();
      video.user_id = rows.Id<UserId>();
      video.reason = rows.Text();
      video.deleted_at = rows.Time();
      videos.push_back(video);
    }
    return videos;
  });
}

void SqliteVideos::Swept(const DeletionReceipt& receipt) {
  const bool was_there = database_.Write([&](Connection& connection) {
    if (connection.Exists("SELECT 1 FROM receipts WHERE video_id = ?1", receipt.video_id)) {
      return false;
    }
    const bool may_be_swept = connection.Exists(R"(
SELECT 1 FROM videos WHERE id = ?1 AND user_id = ?2 AND deleted_at IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM jobs WHERE jobs.video_id = ?1 AND jobs.lease_until IS NOT NULL))",
                                                receipt.video_id, receipt.user_id);
    if (!may_be_swept) {
      throw Error(Code::kConflict, "The video is in use or was not deleted.",
                  receipt.video_id.text());
    }
    connection.Run(R"(
INSERT INTO receipts (id, video_id, user_id, reason, files, bytes, deleted_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))",
                   receipt.id, receipt.video_id, receipt.user_id, receipt.reason, receipt.files,
                   receipt.bytes, receipt.deleted_at);
    connection.Run(R"(
UPDATE jobs SET request = '', checkpoint = '', result = '', output_key = '' WHERE video_id = ?1)",
                   receipt.video_id);
    connection.Run("DELETE FROM videos WHERE id = ?1", receipt.video_id);
    return true;
  });
  if (was_there) database_.Scrub();
}

std::vector<DeletionReceipt> SqliteVideos::Receipts(const UserId& user_id) {
  return database_.Read([&](Connection& connection) {
    std::vector<DeletionReceipt> receipts;
    Statement rows = connection.Query(R"(
SELECT id, video_id, user_id, reason, files, bytes, deleted_at FROM receipts WHERE user_id = ?1
ORDER BY seq)",
                                      user_id);
    while (rows.Step()) {
      DeletionReceipt receipt;
      receipt.id = rows.Id<ReceiptId>();
      receipt.video_id = rows.Id<VideoId>();
      receipt.user_id = rows.Id<UserId>();
      receipt.reason = rows.Text();
      receipt.files = rows.Int();
      receipt.bytes = rows.Int();
      receipt.deleted_at = rows.Time();
      receipts.push_back(receipt);
    }
    return receipts;
  });
}

}  // namespace tapmask::sqlite
