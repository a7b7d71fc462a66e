// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>

#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

namespace {

Upload UploadOf(const User& user, std::optional<int64_t> length_bytes, int64_t reserved_bytes,
                Time now) {
  Upload upload;
  upload.id = UploadId::New();
  upload.user_id = user.id;
  upload.length_bytes = length_bytes;
  upload.reserved_bytes = reserved_bytes;
  upload.metadata = "filename aG9saWRheS5tcDQ=";
  upload.created_at = now;
  upload.expires_at = now + 24h;
  upload.video_id = VideoId::New();
  upload.job_id = JobId::New();
  return upload;
}

}  // namespace

TEST_P(UploadStoreConformance, FindsAnUploadAsAddedForItsOwnerUntilItExpires) {
  const User user = AddUser(), other = AddUser();
  const Upload upload = UploadOf(user, 12, 12, now_);
  ASSERT_TRUE(stores().uploads().Add(upload, 1'000));

  const auto found = stores().uploads().Get(user.id, upload.id, now_ + 24h - 1ms);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, upload.id);
  EXPECT_EQ(found->user_id, user.id);
  EXPECT_EQ(found->length_bytes, 12);
  EXPECT_EQ(found->reserved_bytes, 12);
  EXPECT_EQ(found->metadata, upload.metadata);
  EXPECT_EQ(found->created_at, now_);
  EXPECT_EQ(found->expires_at, now_ + 24h);
  EXPECT_EQ(found->video_id, upload.video_id);
  EXPECT_EQ(found->job_id, upload.job_id);
  EXPECT_FALSE(found->is_complete);
  EXPECT_FALSE(stores().uploads().Get(other.id, upload.id, now_));
  EXPECT_FALSE(stores().uploads().Get(user.id, UploadId::New(), now_));
  EXPECT_FALSE(stores().uploads().Get(user.id, upload.id, now_ + 24h));
}

TEST_P(UploadStoreConformance, ReservesSpaceBesideVideosAndOtherUploads) {
  const User user = AddUser(), other = AddUser();
  const Video video = AddVideo(user);  // 1,000 bytes.
  UploadStore& store = stores().uploads();
  const Upload first = UploadOf(user, 600, 600, now_);

  EXPECT_FALSE(store.Add(first, 1'599));
  EXPECT_TRUE(store.OfUser(user.id).empty());
  EXPECT_TRUE(store.Add(first, 1'600));
  EXPECT_FALSE(store.Add(UploadOf(user, 1, 1, now_), 1'600));
  EXPECT_TRUE(store.Add(UploadOf(user, 0, 0, now_), 1'600));
  EXPECT_TRUE(store.Add(UploadOf(other, 1'600, 1'600, now_), 1'600));

  // A finished upload is a video by now.
  EXPECT_TRUE(store.SetComplete(first.id));
  EXPECT_TRUE(store.Add(UploadOf(user, 600, 600, now_), 1'600));
  // A deleted video takes no space.
  EXPECT_FALSE(store.Add(UploadOf(user, 1'000, 1'000, now_), 1'600));
  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));
  EXPECT_TRUE(store.Add(UploadOf(user, 1'000, 1'000, now_), 1'600));
}

// Regression: the local tier reserves all there is, and two of those overflowed the sum.
TEST_P(UploadStoreConformance, KnowsNoLimitWhenThereIsNone) {
  const User user = AddUser(Tier::kLocal);
  UploadStore& store = stores().uploads();

  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(store.Add(UploadOf(user, std::nullopt, INT64_MAX, now_), INT64_MAX));
  }
  EXPECT_FALSE(store.Add(UploadOf(user, 1, 1, now_), INT64_MAX - 1));
}

TEST_P(UploadStoreConformance, RefusesStrangeLengthsAndStrangers) {
  const User user = AddUser();
  UploadStore& store = stores().uploads();
  const Upload upload = UploadOf(user, 5, 5, now_);
  Upload of_nobody = UploadOf(user, 5, 5, now_);
  of_nobody.user_id = UserId::New();
  ASSERT_TRUE(store.Add(upload, 1'000));

  EXPECT_EQ(CodeOf([&] { store.Add(UploadOf(user, -1, -1, now_), 1'000); }),
            Code::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { store.Add(of_nobody, 1'000); }), Code::kNotFound);
  EXPECT_EQ(CodeOf([&] { store.Add(upload, 1'000); }), Code::kConflict);
}

TEST_P(UploadStoreConformance, TakesADeferredLengthOnce) {
  const User user = AddUser();
  UploadStore& store = stores().uploads();
  const Upload upload = UploadOf(user, std::nullopt, 500, now_);
  ASSERT_TRUE(store.Add(UploadOf(user, 100, 100, now_), 1'000));
  ASSERT_TRUE(store.Add(upload, 1'000));

  EXPECT_FALSE(store.SetLength(upload.id, 901, 1'000));
  EXPECT_EQ(store.Get(user.id, upload.id, now_)->length_bytes, std::nullopt);
  EXPECT_EQ(CodeOf([&] { store.SetLength(upload.id, -1, 1'000); }), Code::kInvalidArgument);
  EXPECT_TRUE(store.SetLength(upload.id, 900, 1'000));
  EXPECT_FALSE(store.SetLength(upload.id, 900, 1'000));
  EXPECT_FALSE(store.SetLength(UploadId::New(), 1, 1'000));

  EXPECT_EQ(store.Get(user.id, upload.id, now_)->length_bytes, 900);
  EXPECT_EQ(store.Get(user.id, upload.id, now_)->reserved_bytes, 900);
}

TEST_P(UploadStoreConformance, ListsWhatHasExpiredTheEarliestFirst) {
  const User user = AddUser();
  UploadStore& store = stores().uploads();
  const Upload late = UploadOf(user, 1, 1, now_), early = UploadOf(user, 1, 1, now_),
               done = UploadOf(user, 1, 1, now_);
  for (const Upload& upload : {late, early, done}) ASSERT_TRUE(store.Add(upload, 1'000));
  ASSERT_TRUE(store.SetExpiry(early.id, now_ + 1h));
  ASSERT_TRUE(store.SetExpiry(done.id, now_ + 2h));
  ASSERT_TRUE(store.SetComplete(done.id));
  EXPECT_FALSE(store.SetExpiry(UploadId::New(), now_));
  EXPECT_FALSE(store.SetComplete(UploadId::New()));

  EXPECT_TRUE(store.Expired(now_ + 1h - 1ms, 10).empty());
  EXPECT_EQ(store.Expired(now_ + 1h, 10).size(), 1u);
  const std::vector<Upload> all = store.Expired(now_ + 24h, 10);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].id, early.id);
  EXPECT_EQ(all[1].id, done.id);
  EXPECT_TRUE(all[1].is_complete);
  EXPECT_EQ(all[2].id, late.id);
  EXPECT_EQ(store.Expired(now_ + 24h, 2).size(), 2u);
  EXPECT_TRUE(store.Expired(now_ + 24h, -1).empty());
}

TEST_P(UploadStoreConformance, ListsWhatHasExpiredInPages) {
  const User user = AddUser();
  UploadStore& store = stores().uploads();
  std::set<std::string> all;
  for (int i = 0; i < 10; ++i) {
    // Many of one moment, so that a page ends among them.
    const Upload upload = UploadOf(user, 1, 1, i < 8 ? now_ : now_ + 1s);
    ASSERT_TRUE(store.Add(upload, 1'000));
    all.insert(upload.id.text());
  }
  std::set<std::string> seen;
  std::vector<Upload> page = store.Expired(now_ + 48h, 3);
  for (size_t pages = 0; !page.empty() && pages < 10; ++pages) {
    for (const Upload& upload : page) EXPECT_TRUE(seen.insert(upload.id.text()).second);
    const Upload last = page.back();
    if (pages == 0) store.Remove(user.id, last.id);
    page = store.Expired(now_ + 48h, 3, &last);
    EXPECT_LE(page.size(), 3u);
  }
  EXPECT_EQ(seen, all);
}

TEST_P(UploadStoreConformance, ListsWhatIsUnfinishedInPages) {
  const User user = AddUser(), other = AddUser();
  UploadStore& store = stores().uploads();
  std::set<std::string> all;
  for (int i = 0; i < 10; ++i) {
    // One that has expired has its file still.
    Upload upload = UploadOf(i % 2 == 0 ? user : other, 1, 1, now_ - 48h * (i % 3));
    if (i == 4) upload.length_bytes.reset();
    ASSERT_TRUE(store.Add(upload, 1'000));
    if (i == 3 || i == 5) {
      ASSERT_TRUE(store.SetComplete(upload.id));
    } else {
      all.insert(upload.id.text());
    }
  }
  std::set<std::string> seen;
  std::vector<Upload> page = store.Unfinished(3, nullptr);
  for (size_t pages = 0; !page.empty() && pages < 10; ++pages) {
    for (const Upload& upload : page) EXPECT_TRUE(seen.insert(upload.id.text()).second);
    const UploadId last = page.back().id;
    page = store.Unfinished(3, &last);
    EXPECT_LE(page.size(), 3u);
  }
  EXPECT_EQ(seen, all);
  EXPECT_TRUE(store.Unfinished(-1, nullptr).empty());
}

TEST_P(UploadStoreConformance, TakesNoMoreThanAnAccountMayHaveUnfinished) {
  const User user = AddUser(), other = AddUser();
  UploadStore& store = stores().uploads();
  std::vector<Upload> uploads;
  for (int i = 0; i < kMostUnfinishedUploads; ++i) {
    uploads.push_back(UploadOf(user, 0, 0, now_));
    ASSERT_TRUE(store.Add(uploads.back(), 1'000));
  }

  EXPECT_EQ(CodeOf([&] { store.Add(UploadOf(user, 0, 0, now_), 1'000); }), Code::kRateLimited);
  EXPECT_EQ(store.OfUser(user.id).size(), uploads.size());
  EXPECT_TRUE(store.Add(UploadOf(other, 0, 0, now_), 1'000));

  ASSERT_TRUE(store.SetComplete(uploads[0].id));
  EXPECT_TRUE(store.Add(UploadOf(user, 0, 0, now_), 1'000));
  ASSERT_TRUE(store.Remove(user.id, uploads[1].id));
  EXPECT_TRUE(store.Add(UploadOf(user, 0, 0, now_), 1'000));
  EXPECT_EQ(CodeOf([&] { store.Add(UploadOf(user, 0, 0, now_), 1'000); }), Code::kRateLimited);
}

TEST_P(UploadStoreConformance, RemovesAnUploadForItsOwnerOnly) {
  const User user = AddUser(), other = AddUser();
  UploadStore& store = stores().uploads();
  const Upload upload = UploadOf(user, 1, 1, now_);
  ASSERT_TRUE(store.Add(upload, 1'000));

  EXPECT_FALSE(store.Remove(other.id, upload.id));
  EXPECT_EQ(store.OfUser(user.id).size(), 1u);
  EXPECT_TRUE(store.Remove(user.id, upload.id));
  EXPECT_FALSE(store.Remove(user.id, upload.id));

  EXPECT_FALSE(store.Get(user.id, upload.id, now_));
}

TEST_P(UploadStoreConformance, ForgetsTheNameOfAVideoThatIsDeleted) {
  const User user = AddUser();
  const Video video = AddVideo(user);
  Upload upload = UploadOf(user, 1, 1, now_);
  upload.video_id = video.id;
  ASSERT_TRUE(stores().uploads().Add(upload, 10'000));

  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));

  EXPECT_EQ(stores().uploads().Get(user.id, upload.id, now_)->metadata, "");
}

}  // namespace tapmask
