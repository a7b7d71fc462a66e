// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/error_response.h"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tapmask::api {
namespace {

nlohmann::json BodyOf(const Response& response) {
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/problem+json");
  return nlohmann::json::parse(std::get<std::string>(response.body));
}

TEST(ErrorResponse, IsAProblemDocumentWithoutTheLogsText) {
  const Response response = ErrorResponse(std::make_exception_ptr(
      Error(Code::kNotFound, "There is no such video.", "/srv/secret/path")));

  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(BodyOf(response), (nlohmann::json{{"type", "urn:tapmask:error:not_found"},
                                              {"title", "Not found"},
                                              {"status", 404},
                                              {"code", "not_found"},
                                              {"detail", "There is no such video."}}));
}

TEST(ErrorResponse, TellsNothingOfWhatItDoesNotKnow) {
  for (const auto& failure :
       {std::make_exception_ptr(std::runtime_error("/srv/secret")), std::make_exception_ptr(42)}) {
    const Response response = ErrorResponse(failure);
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(BodyOf(response)["code"], "internal");
    EXPECT_EQ(std::get<std::string>(response.body).find("secret"), std::string::npos);
  }
  EXPECT_EQ(LogText(std::make_exception_ptr(std::runtime_error("why"))), "why");
  EXPECT_EQ(LogText(std::make_exception_ptr(42)), "unknown exception");
}

TEST(ErrorResponse, HasAStatusForEveryCode) {
  const std::vector<std::pair<Code, int>> expected{
      {Code::kInvalidArgument, 400}, {Code::kUnsupportedMedia, 415}, {Code::kTooLarge, 413},
      {Code::kUnauthenticated, 401}, {Code::kForbidden, 403},        {Code::kNotFound, 404},
      {Code::kConflict, 409},        {Code::kQuotaExceeded, 403},    {Code::kRateLimited, 429},
      {Code::kStorageFull, 507},     {Code::kUnavailable, 503},      {Code::kCancelled, 409},
      {Code::kInternal, 500}};
  for (const auto& [code, status] : expected) {
    const Response response = ErrorResponse(std::make_exception_ptr(Error(code, "Text.")));
    EXPECT_EQ(response.status, status) << CodeName(code);
    EXPECT_EQ(BodyOf(response)["code"], std::string(CodeName(code)));
  }
}

TEST(ErrorResponse, SaysWhenToComeAgain) {
  EXPECT_EQ(Problem(503, "unavailable", "x").headers.Get("Retry-After"), "2");
  EXPECT_EQ(
      Problem(429, "rate_limited", "x", {{"Retry-After", "60"}}).headers.All("Retry-After").size(),
      1u);
  EXPECT_FALSE(Problem(500, "internal", "x").headers.Has("Retry-After"));
  EXPECT_EQ(Problem(401, "unauthenticated", "x").headers.Get("WWW-Authenticate"), "Bearer");
}

TEST(ErrorResponse, KeepsStatusCodeAndFieldsOfHttpErrors) {
  const Response response = ErrorResponse(std::make_exception_ptr(
      HttpError(409, "upload_offset_mismatch", "Not there.", {{"Upload-Offset", "12"}})));

  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(BodyOf(response)["title"], "Upload offset mismatch");
  EXPECT_EQ(response.headers.Get("Upload-Offset"), "12");
}

TEST(ErrorResponse, MakesADetailThatCanBeShown) {
  EXPECT_EQ(BodyOf(Problem(404, "not_found", ""))["detail"], "Not found.");
  const std::string longer = BodyOf(Problem(400, "bad_request", std::string(5'000, 'x')))["detail"];
  EXPECT_LE(longer.size(), 1'024u);
  const std::string replaced = BodyOf(Problem(400, "bad_request", "a\xff"))["detail"];
  EXPECT_EQ(replaced, "a\xef\xbf\xbd");
}

}  // namespace
}  // namespace tapmask::api
