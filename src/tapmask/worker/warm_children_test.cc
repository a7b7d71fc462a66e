// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/warm_children.h"

#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

using namespace std::chrono_literals;

const WarmChildren::Steady::time_point kBegin{1h};
const auto kAllThere = [](const UserId&, const VideoId&) { return true; };

// Without a process, which makes no difference here.
std::unique_ptr<VideoChild> ChildOf(const VideoId& video_id, const UserId& user_id = {}) {
  auto child = std::make_unique<VideoChild>();
  child->user_id = user_id;
  child->video_id = video_id;
  return child;
}

TEST(WarmChildren, GiveAChildToOneOnly) {
  WarmChildren children({});
  const VideoId video = VideoId::New(), other = VideoId::New();
  auto child = ChildOf(video);
  const VideoChild* it = child.get();
  children.PutBack(std::move(child), kBegin);
  EXPECT_FALSE(children.Take(other));

  EXPECT_EQ(children.Take(video).get(), it);
  EXPECT_FALSE(children.Take(video));
}

TEST(WarmChildren, LetGoOfTheOneThatHasWaitedLongest) {
  WarmChildren children({2, 90s});
  const VideoId first = VideoId::New(), second = VideoId::New(), third = VideoId::New();
  children.PutBack(ChildOf(first), kBegin);
  children.PutBack(ChildOf(second), kBegin + 1s);
  children.PutBack(children.Take(first), kBegin + 2s);
  children.PutBack(ChildOf(third), kBegin + 3s);

  EXPECT_TRUE(children.Take(first));
  EXPECT_FALSE(children.Take(second));
  EXPECT_TRUE(children.Take(third));
}

TEST(WarmChildren, MayBeKeptNotAtAll) {
  WarmChildren children({0, 90s});
  const VideoId video = VideoId::New();
  children.PutBack(ChildOf(video), kBegin);
  EXPECT_FALSE(children.Take(video));
}

TEST(WarmChildren, EndWhenNobodyAsksForThem) {
  WarmChildren children({4, 90s});
  const VideoId early = VideoId::New(), late = VideoId::New();
  children.PutBack(ChildOf(early), kBegin);
  children.PutBack(ChildOf(late), kBegin + 1ms);

  children.Trim(kBegin + 90s, kAllThere);

  EXPECT_FALSE(children.Take(early));
  EXPECT_TRUE(children.Take(late));
}

TEST(WarmChildren, EndWithTheirVideo) {
  WarmChildren children({});
  const UserId user = UserId::New();
  const VideoId kept = VideoId::New(), deleted = VideoId::New();
  for (const VideoId& video : {kept, deleted, deleted}) {
    children.PutBack(ChildOf(video, user), kBegin);
  }
  std::vector<std::pair<UserId, VideoId>> asked;

  children.Trim(kBegin, [&](const UserId& user_id, const VideoId& video_id) {
    asked.emplace_back(user_id, video_id);
    return video_id == kept;
  });

  EXPECT_TRUE(children.Take(kept));
  EXPECT_FALSE(children.Take(deleted));
  EXPECT_EQ((std::set(asked.begin(), asked.end())),
            (std::set{std::pair{user, kept}, std::pair{user, deleted}}));
  EXPECT_EQ(asked.size(), 2u);
}

// They were out of reach meanwhile, so that the next tap started another child.
TEST(WarmChildren, CanBeTakenAndPutBackWhileTheStoreIsAsked) {
  WarmChildren children({1, 90s});
  const VideoId video = VideoId::New(), other = VideoId::New();
  children.PutBack(ChildOf(video), kBegin);

  children.Trim(kBegin, [&](const UserId&, const VideoId&) {
    std::unique_ptr<VideoChild> child = children.Take(video);
    EXPECT_TRUE(child);
    children.PutBack(std::move(child), kBegin);
    children.PutBack(ChildOf(other), kBegin);
    return true;
  });

  EXPECT_FALSE(children.Take(video));
  EXPECT_TRUE(children.Take(other));
  EXPECT_FALSE(children.Take(other));
}

TEST(WarmChildren, AreAllEndedByClear) {
  WarmChildren children({});
  const VideoId video = VideoId::New();
  children.PutBack(ChildOf(video), kBegin);
  children.Clear();
  EXPECT_FALSE(children.Take(video));
}

TEST(WarmChildren, MayBeUsedFromAnyThread) {
  WarmChildren children({2, 90s});
  const std::vector<VideoId> videos{VideoId::New(), VideoId::New(), VideoId::New()};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      for (int turn = 0; turn < 300; ++turn) {
        const VideoId& video = videos[static_cast<size_t>((i + turn) % 3)];
        std::unique_ptr<VideoChild> child = children.Take(video);
        if (!child) child = ChildOf(video);
        EXPECT_EQ(child->video_id, video);
        children.PutBack(std::move(child), kBegin);
        if (turn % 50 == 0) children.Trim(kBegin, kAllThere);
      }
    });
  }
  threads.clear();
  int left = 0;
  for (const VideoId& video : videos) {
    while (children.Take(video)) ++left;
  }
  EXPECT_EQ(left, 2);
}

}  // namespace
}  // namespace tapmask
