// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

namespace {

VideoFacts Facts() {
  VideoFacts facts;
  facts.format = "webm";
  facts.duration_seconds = 12.5;
  facts.width = 1920;
  facts.height = 1080;
  facts.frame_rate = 30'000.0 / 1'001;
  facts.frames = 5'000'000'000;
  facts.rotation = 270;
  facts.codec = "vp9";
  facts.has_audio = true;
  return facts;
}

DeletionReceipt ReceiptOf(const Video& video, Time now) {
  DeletionReceipt receipt;
  receipt.id = ReceiptId::New();
  receipt.video_id = video.id;
  receipt.user_id = video.user_id;
  receipt.reason = "deleted";
  receipt.files = 3;
  receipt.bytes = 5'000'000'000;
  receipt.deleted_at = now;
  return receipt;
}

}  // namespace

TEST_P(VideoStoreConformance, AddsAVideoWithItsIngestJob) {
  const User user = AddUser(), other = AddUser();
  Video video = NewVideo(user);
  video.original_filename = "Über \"den\" Wolken\n.mp4";
  const NewJob ingest = NewJobOf(user, video, JobKind::kIngest);

  ASSERT_EQ(videos().AddWithIngest(video, ingest, now_), Enqueued::kNew);

  const std::optional<Video> found = videos().Get(user.id, video.id, now_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, video.id);
  EXPECT_EQ(found->user_id, user.id);
  EXPECT_EQ(found->state, VideoState::kIngesting);
  EXPECT_EQ(found->original_filename, video.original_filename);
  EXPECT_EQ(found->file_size_bytes, 1'000);
  EXPECT_EQ(found->storage_key, video.storage_key);
  EXPECT_EQ(found->uploaded_at, now_);
  EXPECT_EQ(found->expires_at, video.expires_at);
  EXPECT_FALSE(found->facts);
  EXPECT_EQ(Get(ingest).video_id, video.id);
  EXPECT_FALSE(videos().Get(other.id, video.id, now_));
  EXPECT_FALSE(videos().Get(user.id, VideoId::New(), now_));
}

TEST_P(VideoStoreConformance, AddsAVideoOnceHoweverOftenItIsTold) {
  const User user = AddUser();
  const Video video = NewVideo(user);
  const NewJob ingest = NewJobOf(user, video, JobKind::kIngest);
  ASSERT_EQ(videos().AddWithIngest(video, ingest, now_), Enqueued::kNew);

  EXPECT_EQ(videos().AddWithIngest(video, ingest, now_), Enqueued::kAlreadyThere);
  EXPECT_EQ(videos().AddWithIngest(video, NewJobOf(user, video, JobKind::kIngest), now_),
            Enqueued::kAlreadyThere);

  EXPECT_EQ(jobs().OfVideo(user.id, video.id).size(), 1u);
  // Not even when it was deleted and swept since then: its file is no more.
  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));
  EXPECT_EQ(videos().AddWithIngest(video, ingest, now_), Enqueued::kAlreadyThere);
  videos().Swept(ReceiptOf(video, now_));
  EXPECT_EQ(videos().AddWithIngest(video, ingest, now_), Enqueued::kAlreadyThere);
  EXPECT_FALSE(videos().Get(user.id, video.id, now_));
}

TEST_P(VideoStoreConformance, AddsBothOrNeither) {
  rules_.tiers.free.max_waiting_jobs = 1;
  const User user = AddUser();
  const Video first = NewVideo(user), second = NewVideo(user);
  Video expired = NewVideo(user);
  expired.expires_at = now_;
  ASSERT_EQ(videos().AddWithIngest(first, NewJobOf(user, first, JobKind::kIngest), now_),
            Enqueued::kNew);

  const NewJob refused = NewJobOf(user, second, JobKind::kIngest);
  EXPECT_EQ(videos().AddWithIngest(second, refused, now_), Enqueued::kTooManyWaiting);
  EXPECT_EQ(videos().AddWithIngest(expired, NewJobOf(user, expired, JobKind::kIngest), now_),
            Enqueued::kNoVideo);

  EXPECT_FALSE(videos().Get(user.id, second.id, now_));
  EXPECT_FALSE(jobs().Get(user.id, refused.id));
  Claim(JobKind::kIngest);
  EXPECT_EQ(videos().AddWithIngest(second, refused, now_), Enqueued::kNew);
}

TEST_P(VideoStoreConformance, RefusesAJobThatDoesNotBelongToTheVideo) {
  const User user = AddUser(), other = AddUser();
  const Video video = NewVideo(user);
  NewJob of_nobody = NewJobOf(user, video, JobKind::kIngest);
  Video nobodys = video;
  nobodys.user_id = of_nobody.user_id = UserId::New();

  for (const NewJob& job :
       {NewJobOf(user, video, JobKind::kMask), NewJobOf(other, video, JobKind::kIngest),
        NewJobOf(user, NewVideo(user), JobKind::kIngest)}) {
    EXPECT_EQ(CodeOf([&] { videos().AddWithIngest(video, job, now_); }), Code::kInvalidArgument);
  }
  EXPECT_EQ(CodeOf([&] { videos().AddWithIngest(nobodys, of_nobody, now_); }), Code::kNotFound);
}

TEST_P(VideoStoreConformance, IsReadyWithFactsOrRefusedByItsIngestJobOnly) {
  const User user = AddUser();
  const Video video = NewVideo(user), bad = NewVideo(user);
  for (const Video& each : {video, bad}) {
    ASSERT_EQ(videos().AddWithIngest(each, NewJobOf(user, each, JobKind::kIngest), now_),
              Enqueued::kNew);
  }
  const Job first = Claim(JobKind::kIngest);
  const Lease lease = LeaseOf(first);
  const NewJob mask = Enqueue(user, video);
  const Lease of_mask = LeaseOf(Claim());

  EXPECT_FALSE(videos().SetFacts(of_mask, Facts()));
  EXPECT_FALSE(videos().SetRefused(of_mask));
  EXPECT_FALSE(videos().SetFacts({lease.job_id, lease.fence - 1}, Facts()));
  EXPECT_EQ(videos().Get(user.id, video.id, now_)->state, VideoState::kIngesting);
  EXPECT_TRUE(videos().SetFacts(lease, Facts()));

  const Video found = *videos().Get(user.id, video.id, now_);
  EXPECT_EQ(found.state, VideoState::kReady);
  ASSERT_TRUE(found.facts);
  EXPECT_EQ(found.facts->format, "webm");
  EXPECT_EQ(found.facts->duration_seconds, 12.5);
  EXPECT_EQ(found.facts->width, 1920);
  EXPECT_EQ(found.facts->height, 1080);
  EXPECT_EQ(found.facts->frame_rate, 30'000.0 / 1'001);
  EXPECT_EQ(found.facts->frames, 5'000'000'000);
  EXPECT_EQ(found.facts->rotation, 270);
  EXPECT_EQ(found.facts->codec, "vp9");
  EXPECT_TRUE(found.facts->has_audio);
  jobs().Finish(lease, {}, now_);
  EXPECT_FALSE(videos().SetRefused(lease));
  EXPECT_EQ(videos().Get(user.id, video.id, now_)->state, VideoState::kReady);

  jobs().Finish(of_mask, {}, now_);
  const Lease second = LeaseOf(Claim(JobKind::kIngest));
  EXPECT_TRUE(videos().SetRefused(second));
  EXPECT_EQ(videos().Get(user.id, bad.id, now_)->state, VideoState::kRefused);
  EXPECT_FALSE(videos().Get(user.id, bad.id, now_)->facts);
}

TEST_P(VideoStoreConformance, IsRefusedWhenItsIngestJobEndsWithoutAWord) {
  const User user = AddUser(Tier::kPro);
  const auto add = [&] {
    const Video video = NewVideo(user);
    EXPECT_EQ(videos().AddWithIngest(video, NewJobOf(user, video, JobKind::kIngest), now_),
              Enqueued::kNew);
    return video;
  };
  const auto state = [&](const Video& video) {
    return videos().Get(user.id, video.id, now_)->state;
  };

  const Video failed = add();
  jobs().Fail(LeaseOf(Claim(JobKind::kIngest)), {"unsupported_media", "No video.", false}, now_);
  EXPECT_EQ(state(failed), VideoState::kRefused);

  const Video cancelled = add();
  ASSERT_TRUE(jobs().Cancel(user.id, jobs().OfVideo(user.id, cancelled.id)[0].id, now_));
  EXPECT_EQ(state(cancelled), VideoState::kRefused);

  const Video lost = add();
  for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
    EXPECT_EQ(state(lost), VideoState::kIngesting);
    Claim(JobKind::kIngest);
    now_ += kLease;
    ASSERT_EQ(jobs().Reap(now_), 1);
  }
  EXPECT_EQ(state(lost), VideoState::kRefused);
}

TEST_P(VideoStoreConformance, ListsTheNewestFirstAndAddsUpTheirBytes) {
  const User user = AddUser(), other = AddUser();
  EXPECT_EQ(videos().StoredBytes(user.id), 0);
  const Video first = AddVideo(user), second = AddVideo(user);
  now_ -= 1h;
  const Video older = AddVideo(user);
  AddVideo(other);
  now_ += 1h;

  const std::vector<Video> list = videos().List(user.id, now_);

  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].id, second.id);
  EXPECT_EQ(list[1].id, first.id);
  EXPECT_EQ(list[2].id, older.id);
  EXPECT_EQ(videos().StoredBytes(user.id), 3'000);
  ASSERT_TRUE(videos().Delete(user.id, first.id, "deleted", now_));
  EXPECT_EQ(videos().List(user.id, now_).size(), 2u);
  EXPECT_EQ(videos().StoredBytes(user.id), 2'000);
}

TEST_P(VideoStoreConformance, DeletesForTheOwnerOnceAndOutOfSightAtOnce) {
  const User user = AddUser(), other = AddUser();
  const Video video = AddVideo(user);

  EXPECT_FALSE(videos().Delete(other.id, video.id, "deleted", now_));
  EXPECT_FALSE(videos().Delete(user.id, VideoId::New(), "deleted", now_));
  EXPECT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));
  EXPECT_FALSE(videos().Delete(user.id, video.id, "deleted", now_));

  EXPECT_FALSE(videos().Get(user.id, video.id, now_));
  EXPECT_TRUE(videos().List(user.id, now_).empty());
  EXPECT_EQ(jobs().Enqueue(NewJobOf(user, video), now_), Enqueued::kNoVideo);
}

TEST_P(VideoStoreConformance, ExpiresToTheMillisecond) {
  const User user = AddUser();
  const Video video = AddVideo(user);
  Video kept = NewVideo(user);
  kept.expires_at = std::nullopt;
  ASSERT_EQ(videos().AddWithIngest(kept, NewJobOf(user, kept, JobKind::kIngest), now_),
            Enqueued::kNew);
  const Time end = *video.expires_at;

  EXPECT_TRUE(videos().Get(user.id, video.id, end - 1ms));
  EXPECT_EQ(jobs().Enqueue(NewJobOf(user, video), end - 1ms), Enqueued::kNew);
  EXPECT_FALSE(videos().Get(user.id, video.id, end));
  EXPECT_EQ(videos().List(user.id, end).size(), 1u);
  EXPECT_EQ(jobs().Enqueue(NewJobOf(user, video), end), Enqueued::kNoVideo);
  EXPECT_EQ(videos().DeleteExpired(end - 1ms), 0);
  EXPECT_EQ(videos().DeleteExpired(end), 1);
  EXPECT_EQ(videos().DeleteExpired(end), 0);
  EXPECT_EQ(videos().DeleteExpired(end + 24h * 3650), 0);

  const std::vector<DeletedVideo> gone = videos().ToSweep(10);
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].id, video.id);
  EXPECT_EQ(gone[0].user_id, user.id);
  EXPECT_EQ(gone[0].reason, "expired");
  EXPECT_EQ(gone[0].deleted_at, end);
  EXPECT_TRUE(videos().Get(user.id, kept.id, end + 24h * 3650));
}

TEST_P(VideoStoreConformance, CancelsWaitingJobsWithTheVideoAndGivesTheQuotaBack) {
  const User user = AddUser();
  const Video video = AddVideo(user), other = AddVideo(user);
  const NewJob mask = Enqueue(user, video), preview = Enqueue(user, video, JobKind::kPreview);
  const NewJob of_other = Enqueue(user, other);
  ASSERT_EQ(jobs().Quota(user.id, now_).used, 2);
  const int64_t rev = jobs().LastRev();

  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));

  EXPECT_EQ(Get(mask).status, JobStatus::kCancelled);
  EXPECT_EQ(Get(mask).completed_at, now_);
  EXPECT_EQ(Get(preview).status, JobStatus::kCancelled);
  EXPECT_EQ(Get(of_other).status, JobStatus::kQueued);
  EXPECT_EQ(jobs().Quota(user.id, now_).used, 1);
  EXPECT_EQ(jobs().ChangedSince(user.id, rev, 10).size(), 2u);
  EXPECT_EQ(Claim().id, of_other.id);
  EXPECT_FALSE(IsSomethingDue());
}

TEST_P(VideoStoreConformance, DeletesWhileAJobRuns) {
  const User user = AddUser(Tier::kPro);
  const Video video = AddVideo(user);
  Enqueue(user, video);
  Enqueue(user, video);
  const Job stops = Claim(), goes_on = Claim();

  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));

  EXPECT_TRUE(videos().ToSweep(10).empty()) << "its workers may still write";
  EXPECT_EQ(CodeOf([&] { videos().Swept(ReceiptOf(video, now_)); }), Code::kConflict);
  EXPECT_EQ(jobs().Heartbeat(LeaseOf(stops), JobStatus::kTracking, 5, now_),
            LeaseAnswer::kCancelled);
  EXPECT_EQ(jobs().Cancelled(LeaseOf(stops), now_), LeaseAnswer::kHeld);
  EXPECT_TRUE(videos().ToSweep(10).empty());
  // What was made of a deleted video is not to be committed, heard or not.
  EXPECT_EQ(jobs().Finish(LeaseOf(goes_on), {"{}", "outputs"}, now_), LeaseAnswer::kCancelled);
  EXPECT_TRUE(IsRunning(Get(goes_on).status));
  EXPECT_EQ(Get(goes_on).output_key, "");
  EXPECT_EQ(jobs().Cancelled(LeaseOf(goes_on), now_), LeaseAnswer::kHeld);

  EXPECT_EQ(videos().ToSweep(10).size(), 1u);
  EXPECT_EQ(jobs().Quota(user.id, now_).used, 0);
}

TEST_P(VideoStoreConformance, IsSweptAfterTheWorkerThatHadItWasLost) {
  const User user = AddUser();
  const Video video = AddVideo(user);
  const NewJob job = Enqueue(user, video);
  const Job claimed = Claim();
  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));

  now_ += kLease;
  EXPECT_TRUE(videos().ToSweep(10).empty());
  ASSERT_EQ(jobs().Reap(now_), 1);

  EXPECT_EQ(Get(job).status, JobStatus::kCancelled);
  EXPECT_EQ(jobs().Finish(LeaseOf(claimed), {}, now_), LeaseAnswer::kLost);
  EXPECT_EQ(videos().ToSweep(10).size(), 1u);
}

TEST_P(VideoStoreConformance, TakesNoFactsOfADeletedVideo) {
  const User user = AddUser();
  const Video video = NewVideo(user);
  ASSERT_EQ(videos().AddWithIngest(video, NewJobOf(user, video, JobKind::kIngest), now_),
            Enqueued::kNew);
  const Job ingest = Claim(JobKind::kIngest);
  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));

  EXPECT_FALSE(videos().SetFacts(LeaseOf(ingest), Facts()));
  EXPECT_FALSE(videos().SetRefused(LeaseOf(ingest)));
}

TEST_P(VideoStoreConformance, HidesTheResultsOfADeletedVideoAndRemovesThemWhenItIsSwept) {
  const User user = AddUser();
  const Video video = AddVideo(user);
  const NewJob job = Enqueue(user, video);
  jobs().Finish(LeaseOf(Claim()), {R"({"frames":3})", "outputs/7"}, now_);
  ASSERT_EQ(Get(job).output_key, "outputs/7");
  ASSERT_EQ(Get(job).result, R"({"frames":3})");
  const int64_t rev = jobs().LastRev();

  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));

  EXPECT_EQ(Get(job).status, JobStatus::kComplete);
  EXPECT_EQ(Get(job).output_key, "");
  EXPECT_EQ(Get(job).result, "");
  EXPECT_EQ(jobs().List(user.id, {}, 1)[0].output_key, "");
  const std::vector<Job> changed = jobs().ChangedSince(user.id, rev, 10);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].output_key, "");
  EXPECT_EQ(jobs().OfVideo(user.id, video.id)[0].output_key, "outputs/7") << "for the sweeper";
  EXPECT_EQ(jobs().Quota(user.id, now_).used, 1) << "it was worked on";

  videos().Swept(ReceiptOf(video, now_));

  for (const Job& each : jobs().OfVideo(user.id, video.id)) {
    EXPECT_EQ(each.request + each.result + each.output_key + each.checkpoint, "");
  }
  EXPECT_EQ(jobs().Quota(user.id, now_).used, 1);
  EXPECT_EQ(Get(job).status, JobStatus::kComplete);
}

TEST_P(VideoStoreConformance, GivesOneReceiptForAVideo) {
  const User user = AddUser(), other = AddUser();
  const Video video = AddVideo(user), kept = AddVideo(user);
  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));
  const DeletionReceipt receipt = ReceiptOf(video, now_ + 1s);

  videos().Swept(receipt);
  videos().Swept(receipt);
  videos().Swept(ReceiptOf(video, now_ + 2s));  // Of a sweeper that did the same work.

  EXPECT_TRUE(videos().ToSweep(10).empty());
  const std::vector<DeletionReceipt> receipts = videos().Receipts(user.id);
  ASSERT_EQ(receipts.size(), 1u);
  EXPECT_EQ(receipts[0].id, receipt.id);
  EXPECT_EQ(receipts[0].video_id, video.id);
  EXPECT_EQ(receipts[0].user_id, user.id);
  EXPECT_EQ(receipts[0].reason, "deleted");
  EXPECT_EQ(receipts[0].files, 3);
  EXPECT_EQ(receipts[0].bytes, 5'000'000'000);
  EXPECT_EQ(receipts[0].deleted_at, now_ + 1s);
  EXPECT_TRUE(videos().Receipts(other.id).empty());
  EXPECT_EQ(CodeOf([&] { videos().Swept(ReceiptOf(kept, now_)); }), Code::kConflict);
  EXPECT_EQ(CodeOf([&] { videos().Swept(ReceiptOf(NewVideo(user), now_)); }), Code::kConflict);
  EXPECT_TRUE(videos().Get(user.id, kept.id, now_));
}

TEST_P(VideoStoreConformance, SweepsTheEarliestFirst) {
  const User user = AddUser();
  std::vector<Video> deleted;
  for (int i = 0; i < 3; ++i) deleted.push_back(AddVideo(user));
  for (const Video& video : {deleted[1], deleted[2], deleted[0]}) {
    ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));
    now_ += 1ms;
  }

  const std::vector<DeletedVideo> two = videos().ToSweep(2);

  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].id, deleted[1].id);
  EXPECT_EQ(two[1].id, deleted[2].id);
  EXPECT_TRUE(videos().ToSweep(-1).empty());
}

}  // namespace tapmask
