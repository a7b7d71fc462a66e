// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "tapmask/api/job_fixture.h"

namespace tapmask::api {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class Downloading : public JobFixture {
 protected:
  void AddRoutes(RouteTable& routes) override { AddDownloadRoutes(routes, *services_); }
  void SetUp() override { video_ = AddReadyVideo(); }

  static std::string Url(const Job& job) { return "/api/v1/download/" + job.id.text(); }
  std::string LinkOf(const Job& job) {
    Response response = Get(Url(job));
    EXPECT_EQ(response.status, 302);
    EXPECT_EQ(Header(response, "Cache-Control"), "private, no-store");
    return Header(response, "Location");
  }
  // With no credential.
  Response Open(const std::string& link, Headers headers = {}) {
    return Ask({Method::kGet, link, {}, std::move(headers)}, std::nullopt);
  }
  std::string Signed(const std::string& key, const UserId& user_id) {
    const std::string path = "/api/v1/files/" + key;
    return path + "?" + *signer_.Sign("GET", path, user_id, std::nullopt, clock_.Now());
  }

  Video video_;
};

TEST_F(Downloading, LeadsToTheFile) {
  const Job job = FinishedMask(video_);
  const std::string link = LinkOf(job);
  EXPECT_TRUE(link.starts_with("/api/v1/files/" + job.output_key + "/processed.mp4?expires="))
      << link;

  Response file = Open(link);

  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(Text(file), "the finished video");
  EXPECT_EQ(Header(file, "Content-Type"), "video/mp4");
  EXPECT_EQ(Header(file, "Cache-Control"), "private, no-store");
  EXPECT_EQ(Header(file, "Accept-Ranges"), "bytes");
  EXPECT_EQ(Header(file, "Content-Disposition"),
            "attachment; filename=\"Stra_e-tapmask.mp4\"; "
            "filename*=UTF-8''Stra%C3%9Fe-tapmask.mp4");
  EXPECT_EQ(Ask({Method::kHead, link}, std::nullopt).status, 200);
}

TEST_F(Downloading, GivesParts) {
  const std::string link = LinkOf(FinishedMask(video_));
  Response part = Open(link, {{"Range", "bytes=4-11"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(Text(part), "finished");
  EXPECT_EQ(Header(part, "Content-Range"), "bytes 4-11/18");
  EXPECT_NE(Header(part, "Content-Disposition"), "");

  Response outside = Open(link, {{"Range", "bytes=18-"}});
  EXPECT_EQ(Header(outside, "Content-Range"), "bytes */18");
  EXPECT_EQ(Said(std::move(outside)), "416 range_not_satisfiable");

  const std::string etag = Header(part, "ETag");
  EXPECT_EQ(Open(link, {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(Open(link, {{"Range", "bytes=0-1"}, {"If-Range", etag}}).status, 206);
  EXPECT_EQ(Open(link, {{"Range", "bytes=0-1"}, {"If-Range", "\"other\""}}).status, 200);
}

TEST_F(Downloading, IsOfTheOwnersCompleteMaskJobsAlone) {
  ExpectOwnedOnly(Method::kGet, "/api/v1/download/{}",
                  FinishedMask(AddReadyVideo(other_)).id.text());
  const Job job = Claimed(video_);
  EXPECT_EQ(Said(Get(Url(job))), "409 job_not_complete");
  Fail(job);
  EXPECT_EQ(Said(Get(Url(job))), "409 job_has_no_output");
  EXPECT_EQ(Said(Get(Url(FinishedPreview(video_)))), "409 job_has_no_output");
}

TEST_F(Downloading, EndsWithTheVideosTime) {
  const Job job = FinishedMask(video_);
  const std::string link = LinkOf(job);
  clock_.Advance(hours(24) - milliseconds(1'001));
  EXPECT_EQ(Open(link).status, 200);

  clock_.Advance(milliseconds(1'001));
  EXPECT_EQ(Said(Open(link)), "403 link_expired");
  EXPECT_EQ(Said(Get(Url(job))), "410 expired");
  EXPECT_EQ(Said(Open(Signed(job.output_key + "/processed.mp4", user_.id))), "404 not_found");
}

// Both the link and what it leads to.
TEST_F(Downloading, EndsWhenTheVideoIsDeleted) {
  const Job job = FinishedMask(video_);
  const std::string link = LinkOf(job);
  const std::string original = Signed(video_.storage_key, user_.id);
  EXPECT_EQ(Open(original).status, 200);

  Delete(video_);

  EXPECT_EQ(Said(Open(link)), "404 not_found");
  EXPECT_EQ(Said(Open(original)), "404 not_found");
  EXPECT_EQ(Said(Get(Url(job))), "410 expired");
}

TEST_F(Downloading, BreaksOffWhenTheVideoIsDeletedOrExpiresMeanwhile) {
  const auto begin = [&](const Job& job) {
    Response response = Open(LinkOf(job));
    std::string piece(4, '\0');
    const auto& source = std::get<std::unique_ptr<BodySource>>(response.body);
    EXPECT_EQ(loop_.Run(source->Read(piece)), 4u);
    return response;
  };
  Response deleted = begin(FinishedMask(video_));
  Delete(video_);
  clock_.Advance(hours(23));
  EXPECT_EQ(Text(deleted), "");

  const Video video = AddReadyVideo();
  Response kept = begin(FinishedMask(video));
  clock_.Advance(hours(23));
  EXPECT_EQ(Text(kept), "finished video");
  Response expired = begin(FinishedMask(video));
  clock_.Advance(hours(1));
  EXPECT_EQ(Text(expired), "");
}

// Links hold to whole seconds, and none is longer than the file.
TEST_F(Downloading, IsRefusedInTheLastPartOfASecond) {
  clock_.Advance(milliseconds(500));
  const Job job = FinishedMask(AddReadyVideo());
  clock_.Advance(hours(24) - milliseconds(501));
  EXPECT_EQ(Get(Url(job)).status, 302);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(Said(Get(Url(job))), "410 expired");
}

TEST_F(Downloading, TakesNoLinkThatWasChanged) {
  const Job job = FinishedMask(video_);
  const Job second = FinishedMask(video_);
  const std::string link = LinkOf(job);
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string other = link;
    other.replace(other.find(from), from.size(), to);
    return Said(Open(other));
  };
  EXPECT_EQ(changed("processed.mp4", "masks.jsonl"), "403 link_invalid");
  EXPECT_EQ(changed("processed.mp4", "processed%2Emp4"), "403 link_invalid");
  EXPECT_EQ(changed(job.id.text(), second.id.text()), "403 link_invalid");
  EXPECT_EQ(changed("expires=1", "expires=9"), "403 link_invalid");
  EXPECT_EQ(changed("user=" + user_.id.text(), "user=" + other_.id.text()), "403 link_invalid");
  EXPECT_EQ(changed("&signature=", "&x=1&signature="), "403 link_invalid");
  EXPECT_EQ(Said(Open(link + "0")), "403 link_invalid");
  EXPECT_EQ(Said(Open(link + "&x=1")), "403 link_invalid");
  EXPECT_EQ(Said(Open(link.substr(0, link.find('?')))), "403 link_invalid");
  EXPECT_EQ(Said(Open("/api/v1/files/etc/passwd")), "403 link_invalid");
  EXPECT_EQ(Said(Open("/api/v1/files/../../etc/passwd")), "404 not_found");
}

// Signed is not enough: a key must be of a job or video that is there.
TEST_F(Downloading, ServesWhatIsTheUsersAlone) {
  const Job job = FinishedMask(video_);
  const std::string user = user_.id.text();
  EXPECT_EQ(Said(Open(Signed(job.output_key + "/processed.mp4", other_.id))), "404 not_found");
  for (const std::string& key :
       {user + "/processed.mp4", user + "/" + NewUuid() + "/original.mp4",
        user + "/" + video_.id.text() + "/none.mp4", user + "/x/original.mp4",
        user + "/x/1/processed.mp4", user + "/" + NewUuid() + "/1/processed.mp4",
        // Of an attempt that is not the one that finished.
        user + "/" + job.id.text() + "/999/processed.mp4", job.output_key + "/none.mp4",
        job.output_key + "/a/processed.mp4"}) {
    EXPECT_EQ(Said(Open(Signed(key, user_.id))), "404 not_found") << key;
  }
  PutBlob(user + "/" + job.id.text() + "/999/processed.mp4", "of a lost attempt");
  EXPECT_EQ(Said(Open(Signed(user + "/" + job.id.text() + "/999/processed.mp4", user_.id))),
            "404 not_found");
}

TEST_F(Downloading, NamesEveryFileOfAVideo) {
  const Job job = FinishedMask(video_);
  const std::string folder = user_.id.text() + "/" + video_.id.text();
  const auto file = [&](const std::string& key) {
    Response response = Open(Signed(key, user_.id));
    EXPECT_EQ(response.status, 200) << key;
    return Header(response, "Content-Type") + " " + Header(response, "Content-Disposition");
  };
  const auto expected = [](const std::string& type, const std::string& rest) {
    return type + " attachment; filename=\"Stra_e" + rest + "\"; filename*=UTF-8''Stra%C3%9Fe" +
           rest;
  };
  EXPECT_EQ(file(folder + "/original.mov"), expected("video/quicktime", ".mov"));
  EXPECT_EQ(file(folder + "/proxy.mp4"), expected("video/mp4", "-proxy.mp4"));
  EXPECT_EQ(file(folder + "/poster.jpg"), expected("image/jpeg", "-poster.jpg"));
  EXPECT_EQ(file(job.output_key + "/masks.jsonl"),
            expected("application/x-ndjson", "-masks.jsonl"));
  EXPECT_EQ(file(job.output_key + "/report.json"), expected("application/json", "-report.json"));
}

}  // namespace
}  // namespace tapmask::api
