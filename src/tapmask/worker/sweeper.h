// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

#include "tapmask/core/clock.h"
#include "tapmask/jobs/stores.h"
#include "tapmask/storage/blob_store.h"
#include "tapmask/storage/disk_reserve.h"
#include "tapmask/storage/signed_url.h"
#include "tapmask/telemetry/log.h"
#include "tapmask/telemetry/metrics.h"

namespace tapmask {

// Removes what must not be kept: what has expired, what was deleted, what nobody owns. Its promise
// is that every file of a video is gone within a minute of its time, if `Sweep` is called a few
// times a minute.
//
// Any number of processes may sweep at once. Every step may be cut off anywhere and is taken up by
// the next sweep: a receipt is written only when the files are gone.
class Sweeper {
 public:
  struct Options {
    std::chrono::milliseconds preview_life = std::chrono::hours(1);  // After their end.
    std::chrono::milliseconds mail_life = std::chrono::hours(24 * 7);
    // Scratch and files without an owner may be of work that is just going on.
    std::chrono::milliseconds orphan_age = std::chrono::hours(1);
    std::chrono::milliseconds orphan_interval = std::chrono::minutes(10);
    std::chrono::milliseconds signing_key_life = std::chrono::hours(24 * 7);
    // Given up while the disk is full, so that the rest can be removed, and made again then. Null:
    // none. Must outlive the sweeper.
    const DiskReserve* reserve = nullptr;
  };

  // All must outlive it. `remove_uploads`: removes uploads whose time is over, at the time that it
  // is given; may be empty.
  Sweeper(Stores& stores, BlobStore& blobs, UrlSigner& signer, Log log, Metrics& metrics,
          std::function<RemovedFiles(Time)> remove_uploads, Options options);

  // Does all that is due. A step that fails is logged, and the others are done still.
  void Sweep(Time now);

 private:
  void DoAllSteps(Time now);
  bool GiveUpReserve(bool (DiskReserve::*give_up)() const);
  void SweepVideos(Time now);
  void SweepVideo(const DeletedVideo& video, Time now);
  void EraseAccounts();
  bool EraseAccount(const UserId& user_id);  // False: not yet.
  void RemoveOwnerless(Time now);
  bool HasOwner(const std::string& user, const std::string& thing, const std::string& attempt,
                Time now);
  bool IsSwept(const UserId& user_id, const VideoId& video_id);
  void Count(Term reason, const RemovedFiles& removed);
  template <class Step>
  void Try(Term step, Step run);
  template <class List, class Name, class Step>
  void TryEach(Term step, List list, Name name_of, Step run);

  Stores& stores_;
  BlobStore& blobs_;
  UrlSigner& signer_;
  const Log log_;
  Metrics& metrics_;
  const std::function<RemovedFiles(Time)> remove_uploads_;
  const Options options_;
  Time orphans_looked_at_;
  bool was_disk_full_ = false;  // In one of the steps.
};

}  // namespace tapmask
