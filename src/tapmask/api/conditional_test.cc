// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/conditional.h"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "tapmask/api/test_clock.h"
#include "tapmask/api/test_loop.h"

namespace tapmask::api {
namespace {

TEST(ETag, IsQuotedAndPlain) {
  EXPECT_EQ(ETag("rev-7"), "\"rev-7\"");
  EXPECT_EQ(ETag("a\"b\r\n\\\xc3"), "\"a_b____\"");
}

TEST(IsNoneMatchHit, ComparesWeakly) {
  const auto hit = [](const char* header) {
    return IsNoneMatchHit({{"if-none-match", header}}, "\"a,b\"");
  };
  EXPECT_TRUE(hit("\"a,b\""));
  EXPECT_TRUE(hit("W/\"a,b\""));
  EXPECT_TRUE(hit("\"x\", W/\"a,b\" , \"y\""));
  EXPECT_TRUE(hit(" * "));
  for (const char* miss : {"", "\"a\"", "\"b\"", "a,b", "\"a,b", "**"}) {
    EXPECT_FALSE(hit(miss)) << miss;
  }
  EXPECT_FALSE(IsNoneMatchHit({}, "\"a\""));
}

TEST(WithETag, AnswersThatThereIsNoNews) {
  Request request;
  request.headers.Add("If-None-Match", "\"7\"");
  Response fresh = Response::Json("{}");
  fresh.headers.Add("Cache-Control", "private");

  const Response unchanged = WithETag(request, "\"7\"", std::move(fresh));
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.headers.Get("ETag"), "\"7\"");
  EXPECT_EQ(unchanged.headers.Get("Cache-Control"), "private");
  EXPECT_EQ(std::get<std::string>(unchanged.body), "");

  const Response changed = WithETag(request, "\"8\"", Response::Json("{}"));
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.headers.Get("ETag"), "\"8\"");
}

TEST(ParseRange, TakesOneRange) {
  const auto range = [](const char* text, int64_t size) -> std::string {
    const auto parsed = ParseRange(text, size);
    if (const auto* part = std::get_if<ByteRange>(&parsed)) {
      return std::to_string(part->first) + "+" + std::to_string(part->length);
    }
    return std::holds_alternative<Unsatisfiable>(parsed) ? "none" : "all";
  };
  EXPECT_EQ(range("bytes=0-0", 10), "0+1");
  EXPECT_EQ(range("Bytes=2-5", 10), "2+4");
  EXPECT_EQ(range("bytes=9-", 10), "9+1");
  EXPECT_EQ(range("bytes=5-100", 10), "5+5");
  EXPECT_EQ(range("bytes=-3", 10), "7+3");
  EXPECT_EQ(range("bytes=-30", 10), "0+10");
  EXPECT_EQ(range("bytes=10-", 10), "none");
  EXPECT_EQ(range("bytes=-0", 10), "none");
  EXPECT_EQ(range("bytes=0-", 0), "none");
  EXPECT_EQ(range("bytes=-1", 0), "none");
  for (const char* text :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b",
        "bytes=1-2x", "bytes=+1-2", "bytes=9999999999999999999-", "bytes=0--1"}) {
    EXPECT_EQ(range(text, 10), "all") << text;
  }
}

class ServedFile : public testing::Test {
 protected:
  Response Serve() {
    FileAnswer file;
    file.size_bytes = static_cast<int64_t>(content_.size());
    file.etag = "\"v1\"";
    file.content_type = "video/mp4";
    file.read_at = [this](int64_t offset, std::span<char> out) {
      // Less than asked for, as files may give.
      const size_t size =
          std::min<size_t>({out.size(), content_.size() - static_cast<size_t>(offset), 3});
      std::memcpy(out.data(), content_.data() + offset, size);
      return size;
    };
    return ServeFile(request_, std::move(file), pool_);
  }
  std::string BodyOf(Response& response) {
    auto& source = *std::get<std::unique_ptr<BodySource>>(response.body);
    std::string body;
    while (true) {
      std::string piece(100, '\0');
      const size_t got = loop_.Run(source.Read(piece));
      if (got == 0) break;
      body.append(piece, 0, got);
    }
    EXPECT_EQ(source.length_bytes(), static_cast<int64_t>(body.size()));
    return body;
  }

  const std::string content_ = "0123456789";
  Request request_;
  TestLoop loop_;
  BlockingPool pool_{{.threads = 1, .most_waiting = 4}};
};

TEST_F(ServedFile, ComesWholeOrInPart) {
  Response whole = Serve();
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.headers.Get("Accept-Ranges"), "bytes");
  EXPECT_EQ(BodyOf(whole), content_);

  request_.headers.Set("Range", "bytes=3-7");
  Response part = Serve();
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.headers.Get("Content-Range"), "bytes 3-7/10");
  EXPECT_EQ(BodyOf(part), "34567");

  request_.headers.Set("Range", "bytes=10-");
  const Response none = Serve();
  EXPECT_EQ(none.status, 416);
  EXPECT_EQ(none.headers.Get("Content-Range"), "bytes */10");
}

// Regression: what was deleted was given out for hours to who took it slowly.
TEST_F(ServedFile, BreaksOffSoonAfterItMayNotBeGivenOut) {
  TestClock clock;
  bool is_there = true;
  int asked = 0;
  FileAnswer file;
  file.size_bytes = 100;
  file.read_at = [](int64_t, std::span<char> out) {
    out[0] = 'x';
    return size_t{1};
  };
  file.is_there = [&] {
    ++asked;
    return is_there;
  };
  file.clock = &clock;
  Response response = ServeFile(request_, std::move(file), pool_);
  auto& source = *std::get<std::unique_ptr<BodySource>>(response.body);
  std::string piece(10, '\0');
  const auto read = [&] { return loop_.Run(source.Read(piece)); };

  for (int i = 0; i < 5; ++i) EXPECT_EQ(read(), 1u);
  EXPECT_EQ(asked, 0) << "whoever made the answer has just asked";
  clock.Advance(kAskAgainAfter);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(read(), 1u);
  EXPECT_EQ(asked, 1);
  is_there = false;
  clock.Advance(kAskAgainAfter - std::chrono::milliseconds(1));
  EXPECT_EQ(read(), 1u);
  clock.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(read(), 0u);
  EXPECT_EQ(source.length_bytes(), 100) << "so that an end before it is a failure";

  is_there = true;
  clock.Advance(-std::chrono::hours(1));
  EXPECT_EQ(read(), 1u);
  EXPECT_EQ(asked, 3) << "a clock that is set back keeps nothing true";
}

TEST_F(ServedFile, IsNotGluedToAnotherVersion) {
  request_.headers.Set("Range", "bytes=3-7");
  request_.headers.Set("If-Range", "\"v1\"");
  EXPECT_EQ(Serve().status, 206);
  for (const char* other : {"\"v0\"", "W/\"v1\"", "Sat, 01 Jan 2000 00:00:00 GMT"}) {
    request_.headers.Set("If-Range", other);
    EXPECT_EQ(Serve().status, 200) << other;
  }
}

TEST_F(ServedFile, IsNotSentAgain) {
  request_.headers.Set("If-None-Match", "\"v1\"");
  const Response response = Serve();
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(response.headers.Get("ETag"), "\"v1\"");
}

}  // namespace
}  // namespace tapmask::api
