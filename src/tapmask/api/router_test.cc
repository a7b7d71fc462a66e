// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/router.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace tapmask::api {
namespace {

Route Make(Method method, std::string pattern, std::string id) {
  Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.operation_id = std::move(id);
  route.handler = BlockingHandler([](Request&) { return Response::Empty(); });
  return route;
}

class Routes : public testing::Test {
 protected:
  void SetUp() override {
    table_.Add(Make(Method::kGet, "/jobs/{id}", "getJob"));
    table_.Add(Make(Method::kDelete, "/jobs/{id}", "deleteJob"));
    table_.Add(Make(Method::kGet, "/jobs/recent", "recent"));
    table_.Add(Make(Method::kGet, "/jobs/{id}/masks/{frame}.png", "mask"));
    table_.Add(Make(Method::kGet, "/jobs/{id}/masks/{frame}", "maskAny"));
    table_.Add(Make(Method::kGet, "/files/{key...}", "file"));
    table_.Add(Make(Method::kGet, "/", "root"));
  }
  std::string Found(Method method, std::string_view path) {
    match_ = table_.Find(method, path);
    return match_.route ? match_.route->operation_id : "";
  }

  RouteTable table_;
  RouteTable::Match match_;
};

TEST_F(Routes, PrefersFixedTextToParameters) {
  EXPECT_EQ(Found(Method::kGet, "/jobs/recent"), "recent");
  EXPECT_EQ(Found(Method::kGet, "/jobs/other"), "getJob");
  EXPECT_EQ(match_.path_parameters.at("id"), "other");
  EXPECT_EQ(Found(Method::kGet, "/jobs/1/masks/007.png"), "mask");
  EXPECT_EQ(match_.path_parameters.at("frame"), "007");
  EXPECT_EQ(Found(Method::kGet, "/jobs/1/masks/007.gif"), "maskAny");
  EXPECT_EQ(match_.path_parameters.at("frame"), "007.gif");
  EXPECT_EQ(Found(Method::kGet, "/jobs/1/masks/.png"), "maskAny");
  EXPECT_EQ(Found(Method::kGet, "/"), "root");
}

// "recent" has no DELETE, but it is an id as well.
TEST_F(Routes, LooksForTheMethodInAllThatFit) {
  EXPECT_EQ(Found(Method::kDelete, "/jobs/recent"), "deleteJob");
  EXPECT_EQ(match_.path_parameters.at("id"), "recent");
}

TEST_F(Routes, TakesAllThatIsLeftForTheRest) {
  EXPECT_EQ(Found(Method::kGet, "/files/a/b%20c/d.mp4"), "file");
  EXPECT_EQ(match_.path_parameters.at("key"), "a/b c/d.mp4");
  EXPECT_EQ(Found(Method::kGet, "/files/"), "");
  EXPECT_EQ(Found(Method::kGet, "/files"), "");
}

TEST_F(Routes, AnswersHeadByGet) {
  EXPECT_EQ(Found(Method::kHead, "/jobs/1"), "getJob");
  table_.Add(Make(Method::kHead, "/jobs/{id}", "headJob"));
  EXPECT_EQ(Found(Method::kHead, "/jobs/1"), "headJob");
}

TEST_F(Routes, SaysWhichMethodsAPathHas) {
  EXPECT_EQ(Found(Method::kPost, "/jobs/1"), "");
  EXPECT_EQ(match_.allowed,
            (std::vector{Method::kGet, Method::kHead, Method::kDelete, Method::kOptions}));
  EXPECT_EQ(Found(Method::kPost, "/nothing"), "");
  EXPECT_TRUE(match_.allowed.empty());
}

TEST_F(Routes, DoesNotTakePathsThatCouldMeanAnotherFile) {
  for (const char* path : {"/files/../a", "/files/%2e%2E/a", "/files/./a", "/files/a%2fb",
                           "/files/a%5Cb", "/files/a%00", "/files/%", "/files/%ff", "files/a", "",
                           "/jobs//", "/jobs/1/", "//jobs/1", "/jobs/%0d%0a"}) {
    EXPECT_EQ(Found(Method::kGet, path), "") << path;
  }
}

TEST_F(Routes, KnowTheHeadersOfAllAnswersToAPath) {
  EXPECT_TRUE(table_.HeadersFor("/jobs/1").fields().empty());
  table_.AddHeader("/jobs/{id}", "X-Of-Job", "yes");
  table_.AddHeader("/files/{key...}", "X-Of-File", "yes");

  EXPECT_EQ(table_.HeadersFor("/jobs/1").fields(),
            (std::vector<Headers::Field>{{"X-Of-Job", "yes"}}));
  EXPECT_TRUE(table_.HeadersFor("/%6aobs/1").Has("X-Of-Job"));
  EXPECT_TRUE(table_.HeadersFor("/files/a/b").Has("X-Of-File"));
  for (const char* path : {"/jobs", "/jobs/1/2", "/jobs/..", "/jobs/%zz", "/", "*", ""}) {
    EXPECT_TRUE(table_.HeadersFor(path).fields().empty()) << path;
  }
  EXPECT_THROW(table_.AddHeader("jobs", "X-Of-Job", "yes"), std::logic_error);
}

TEST_F(Routes, AreListedForComparison) {
  RouteTable table;
  Route upload = Make(Method::kPost, "/upload", "upload");
  upload.body_limit_bytes = 1'024;
  table.Add(upload);
  Route login = Make(Method::kPost, "/login", "login");
  login.security = Security::kNone;
  table.Add(login);
  Route file = Make(Method::kGet, "/files/{key...}", "file");
  file.security = Security::kLink;
  table.Add(file);
  Route keys = Make(Method::kGet, "/keys", "keys");
  keys.security = Security::kSession;
  table.Add(keys);

  EXPECT_EQ(table.Lines(),
            "GET /files/{key} file 0 link\n"
            "GET /keys keys 0 session\n"
            "POST /login login 0 none\n"
            "POST /upload upload 1024 session|key\n");
}

TEST_F(Routes, RefuseMistakes) {
  EXPECT_THROW(table_.Add(Make(Method::kGet, "/jobs/{other}", "new")), std::logic_error);
  EXPECT_THROW(table_.Add(Make(Method::kPut, "/jobs/{id}", "getJob")), std::logic_error);
  for (const char* pattern :
       {"jobs", "/{", "/}", "/{}", "/{a}{b}", "/{a}/{a}", "/{a...}/b", "/x{a...}", "/{...}"}) {
    EXPECT_THROW(table_.Add(Make(Method::kPut, pattern, "new")), std::logic_error) << pattern;
  }
  Route stream = Make(Method::kPut, "/stream", "stream");
  stream.body = Body::kStream;
  EXPECT_THROW(table_.Add(stream), std::logic_error);
  Route large = Make(Method::kPut, "/large", "large");
  large.body_limit_bytes = kNoBodyLimit;
  EXPECT_THROW(table_.Add(large), std::logic_error);
  Route empty = Make(Method::kPut, "/empty", "empty");
  empty.handler = AsyncHandler();
  EXPECT_THROW(table_.Add(empty), std::logic_error);
}

}  // namespace
}  // namespace tapmask::api
