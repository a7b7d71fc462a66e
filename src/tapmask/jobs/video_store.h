// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/clock.h"
#include "tapmask/core/id.h"
#include "tapmask/jobs/job_store.h"
#include "tapmask/jobs/video.h"

namespace tapmask {

// The proof that a video's files are gone. It holds ids and counts, nothing of the video.
struct DeletionReceipt {
  ReceiptId id;
  VideoId video_id;
  UserId user_id;
  std::string reason;  // "expired", "deleted", "account_erased"
  int64_t files = 0, bytes = 0;
  Time deleted_at;
};

// A video whose files are to be removed; it is out of everybody's sight.
struct DeletedVideo {
  VideoId id;
  UserId user_id;
  std::string reason;
  Time deleted_at;
};

// The videos that are kept. Threads, durability and errors as in JobStore.
class VideoStore {
 public:
  virtual ~VideoStore() = default;

  // The video and its ingest job, both or neither. kAlreadyThere: the video is there, with a job,
  // or was and is deleted. Throws kNotFound when there is no such account, kInvalidArgument when
  // the two do not belong together.
  virtual Enqueued AddWithIngest(const Video& video, const NewJob& ingest, Time now) = 0;

  // Nothing: no such video of this user, or it was deleted or has expired.
  virtual std::optional<Video> Get(const UserId& user_id, const VideoId& id, Time now) = 0;
  virtual std::vector<Video> List(const UserId& user_id, Time now) = 0;  // The newest first.
  virtual int64_t StoredBytes(const UserId& user_id) = 0;  // Of videos that are not deleted.

  // What the ingest job found out; to be said before its end, under its lease. False: that is lost,
  // or the video was deleted. When the job ends as failed or cancelled and nothing was said, the
  // store says refused.
  virtual bool SetFacts(const Lease& ingest, const VideoFacts& facts) = 0;
  virtual bool SetRefused(const Lease& ingest) = 0;

  // Puts it out of sight, forgets its name and facts and cancels its jobs: waiting ones at once,
  // running ones by the next heartbeat. Mails of its jobs are not sent any more. False: no such
  // video of this user, or it was deleted before.
  virtual bool Delete(const UserId& user_id, const VideoId& id, const std::string& reason,
                      Time now) = 0;
  // The same with all that have expired; returns how many.
  virtual int DeleteExpired(Time now) = 0;

  // Deleted videos whose files have no receipt, the earliest first. Those with a job that runs are
  // left for later: its worker may still write.
  virtual std::vector<DeletedVideo> ToSweep(int limit) = 0;
  // The files are gone: the video's row, its jobs' requests and results go too. A second receipt
  // for a video is dropped. Throws kConflict when the video is not among those to sweep.
  virtual void Swept(const DeletionReceipt& receipt) = 0;
  virtual std::vector<DeletionReceipt> Receipts(const UserId& user_id) = 0;
};

}  // namespace tapmask
