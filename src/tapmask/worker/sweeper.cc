// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/sweeper.h"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/worker/job_files.h"

namespace tapmask {
namespace {

constexpr int kAtOnce = 100;

// Why a video was deleted, as a word for logs and metrics.
Term ReasonTerm(const std::string& reason) {
  if (reason == "expired") return "expired";
  if (reason == "account_erased") return "account_erased";
  return "deleted";
}

}  // namespace

Sweeper::Sweeper(Stores& stores, BlobStore& blobs, UrlSigner& signer, Log log, Metrics& metrics,
                 std::function<RemovedFiles(Time)> remove_uploads, Options options)
    : stores_(stores),
      blobs_(blobs),
      signer_(signer),
      log_(std::move(log)),
      metrics_(metrics),
      remove_uploads_(std::move(remove_uploads)),
      options_(options) {}

template <class Step>
void Sweeper::Try(Term step, Step run) {
  try {
    run();
  } catch (const Error& error) {
    if (error.code() == Code::kStorageFull) was_disk_full_ = true;
    log_.Warning("sweep_failed", {{"step", step}, {"code", error.code()}});
  } catch (const std::exception&) {
    log_.Error("sweep_failed", {{"step", step}, {"code", Code::kInternal}});
  }
}

// Runs `run` with what `list(limit)` gives until it has said often enough that one is done. Those
// that cannot be done now are the first of the list again; they keep no other waiting.
template <class List, class Name, class Step>
void Sweeper::TryEach(Term step, List list, Name name_of, Step run) {
  std::set<std::string> tried;
  for (int done = 0; done < kAtOnce;) {
    const size_t tried_before = tried.size();
    for (const auto& one : list(static_cast<int>(tried_before) + kAtOnce)) {
      if (!tried.insert(name_of(one)).second) continue;
      Try(step, [&] { done += run(one) ? 1 : 0; });
    }
    if (tried.size() == tried_before) return;
  }
}

void Sweeper::Sweep(Time now) {
  if (options_.reserve) GiveUpReserve(&DiskReserve::GiveUpIfFull);
  was_disk_full_ = false;
  DoAllSteps(now);
  if (!options_.reserve) return;
  if (!was_disk_full_) {
    Try("disk_reserve", [&] { options_.reserve->Restore(); });
  } else if (GiveUpReserve(&DiskReserve::GiveUp)) {
    DoAllSteps(now);
  }
}

bool Sweeper::GiveUpReserve(bool (DiskReserve::*give_up)() const) {
  bool is_given_up = false;
  Try("disk_reserve", [&] { is_given_up = (options_.reserve->*give_up)(); });
  if (is_given_up) log_.Warning("disk_full");
  return is_given_up;
}

void Sweeper::DoAllSteps(Time now) {
  Try("leases", [&] { stores_.jobs().Reap(now); });
  Try("videos", [&] {
    stores_.videos().DeleteExpired(now);
    SweepVideos(now);
  });
  Try("uploads", [&] {
    if (remove_uploads_) Count("upload_expired", remove_uploads_(now));
  });
  Try("accounts", [&] { EraseAccounts(); });
  Try("credentials", [&] { stores_.credentials().RemoveExpired(now); });
  Try("previews", [&] { stores_.jobs().ForgetPreviews(now - options_.preview_life); });
  Try("mails", [&] { stores_.mails().Forget(now - options_.mail_life); });
  Try("signing_keys", [&] { signer_.Rotate(options_.signing_key_life, now); });
  Try("metrics", [&] {
    metrics_.SetStorageFree(blobs_.FreeBytes());
    for (const QueueDepth& depth : stores_.jobs().Depths()) {
      const auto oldest = depth.oldest_waiting_since ? now - *depth.oldest_waiting_since
                                                     : std::chrono::milliseconds(0);
      metrics_.SetQueue(Term(depth.kind, JobKindName), Term(depth.tier_class, TierClassName),
                        depth.waiting, depth.running,
                        std::max(oldest, std::chrono::milliseconds(0)));
    }
  });
  const bool was_just_now =  // Unless the clock was set back since.
      now >= orphans_looked_at_ && now - orphans_looked_at_ < options_.orphan_interval;
  if (was_just_now) return;
  orphans_looked_at_ = now;
  Try("orphans", [&] {
    Count("orphan", blobs_.RemoveOrphans(now - options_.orphan_age));
    RemoveOwnerless(now);
  });
}

void Sweeper::SweepVideos(Time now) {
  TryEach(
      "video", [&](int limit) { return stores_.videos().ToSweep(limit); },
      [](const DeletedVideo& video) { return video.id.text(); },
      [&](const DeletedVideo& video) { return SweepVideo(video, now), true; });
}

void Sweeper::SweepVideo(const DeletedVideo& video, Time now) {
  RemovedFiles removed = blobs_.RemoveAll(FolderOfVideo(video.user_id, video.id));
  for (const Job& job : stores_.jobs().OfVideo(video.user_id, video.id)) {
    const RemovedFiles more = blobs_.RemoveAll(FolderOfJob(job.user_id, job.id));
    removed.files += more.files;
    removed.bytes += more.bytes;
  }
  stores_.videos().Swept(
      {ReceiptId::New(), video.id, video.user_id, video.reason, removed.files, removed.bytes, now});
  log_.Info("video_swept", {{"video_id", video.id},
                            {"reason", ReasonTerm(video.reason)},
                            {"files", removed.files},
                            {"bytes", removed.bytes}});
  metrics_.Swept(ReasonTerm(video.reason), removed.files, removed.bytes);
}

void Sweeper::EraseAccounts() {
  TryEach(
      "account", [&](int limit) { return stores_.users().Closed(limit); },
      [](const UserId& user_id) { return user_id.text(); },
      [&](const UserId& user_id) { return EraseAccount(user_id); });
}

bool Sweeper::EraseAccount(const UserId& user_id) {
  try {
    if (!stores_.users().Erase(user_id)) return true;
  } catch (const Error& error) {
    if (error.code() != Code::kConflict) throw;
    return false;  // Its videos are not all swept yet.
  }
  log_.Info("account_erased", {{"user_id", user_id}});
  // What no row knew of, too: there must be nothing left of this user.
  Count("account_erased", blobs_.RemoveAll(BlobKey::Make(user_id.text())));
  return true;
}

// A worker that is killed between writing an output and saying so leaves files that belong to
// nothing. They are told by their names: {user}/{video or job}/{attempt}/...
void Sweeper::RemoveOwnerless(Time now) {
  std::map<std::pair<std::string, std::string>, bool> known;  // Folder and attempt → has an owner.
  for (const BlobInfo& blob : blobs_.List(std::nullopt)) {
    if (blob.modified_at > now - options_.orphan_age) continue;
    const std::string& key = blob.key.text();
    const size_t first = key.find('/');
    const size_t second = first == std::string::npos ? first : key.find('/', first + 1);
    if (second == std::string::npos) continue;  // None of ours.
    const size_t third = key.find('/', second + 1);
    const std::string attempt =
        third == std::string::npos ? "" : key.substr(second + 1, third - second - 1);
    const std::string user = key.substr(0, first),
                      thing = key.substr(first + 1, second - first - 1);
    const auto [place, is_new] = known.try_emplace({user + "/" + thing, attempt}, true);
    if (is_new) place->second = HasOwner(user, thing, attempt, now);
    if (place->second) continue;
    if (blobs_.Remove(blob.key)) Count("ownerless", {1, blob.size_bytes});
  }
}

bool Sweeper::HasOwner(const std::string& user, const std::string& thing,
                       const std::string& attempt, Time now) {
  const std::optional<UserId> user_id = UserId::Parse(user);
  if (!user_id) return true;  // None of ours.
  const std::optional<JobId> job_id = JobId::Parse(thing);
  if (!job_id) return true;
  const std::optional<Job> job = stores_.jobs().Get(*user_id, *job_id);
  const VideoId video_id = job ? job->video_id : *VideoId::Parse(thing);
  if (!stores_.videos().Get(*user_id, video_id, now)) {
    for (const Upload& upload : stores_.uploads().OfUser(*user_id)) {
      if (upload.video_id == video_id) return true;  // Its video is yet to be made.
    }
    // One that was deleted has its files removed with a receipt; what comes later is nobody's.
    return !stores_.jobs().OfVideo(*user_id, video_id).empty() && !IsSwept(*user_id, video_id);
  }
  if (!job || !HasEnded(job->status)) return true;
  return job->output_key == user + "/" + thing + "/" + attempt;
}

bool Sweeper::IsSwept(const UserId& user_id, const VideoId& video_id) {
  const std::vector<DeletionReceipt> receipts = stores_.videos().Receipts(user_id);
  return std::any_of(receipts.begin(), receipts.end(),
                     [&](const DeletionReceipt& one) { return one.video_id == video_id; });
}

void Sweeper::Count(Term reason, const RemovedFiles& removed) {
  if (removed.files > 0) metrics_.Swept(reason, removed.files, removed.bytes);
}

}  // namespace tapmask
