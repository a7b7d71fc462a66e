// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/json_body.h"

#include <string>

#include <gtest/gtest.h>

#include "tapmask/api/error_response.h"

namespace tapmask::api {
namespace {

std::string RefusalOf(const std::string& text) {
  try {
    ParseJsonObject(std::string_view(text));
  } catch (const HttpError& error) {
    EXPECT_EQ(error.status(), 400);
    EXPECT_EQ(error.http_code(), "invalid_json");
    return error.public_text();
  }
  return "";
}

std::string Nested(int depth) {
  std::string text = "1";
  for (int i = 1; i < depth; ++i) text = "[" + text + "]";
  return "{\"a\":" + text + "}";
}

TEST(ParseJsonObject, TakesAnObject) {
  EXPECT_EQ(ParseJsonObject(std::string_view(R"( {"a":[1,2.5],"b":{"a":null}} )"))["a"][1], 2.5);
  EXPECT_EQ(RefusalOf(Nested(16)), "");
}

TEST(ParseJsonObject, RefusesWhatIsHostileOrAmbiguous) {
  EXPECT_EQ(RefusalOf(Nested(17)), "The request is nested more than 16 deep.");
  EXPECT_EQ(RefusalOf(R"({"a":1,"b":2,"a":3})"), "\"a\" is given twice.");
  EXPECT_EQ(RefusalOf(R"({"x":[{"a":1},{"a":1}]})"), "");
  EXPECT_EQ(RefusalOf(R"({"x":{"a":1,"\u0061":1}})"), "\"a\" is given twice.");
  EXPECT_EQ(RefusalOf(R"({"a":1e999})"), "The request has a number that is too large.");
  EXPECT_EQ(RefusalOf("[1]"), "The request must be a JSON object.");
  EXPECT_EQ(RefusalOf(std::string(100'000, '[')), "The request is nested more than 16 deep.");
  for (const char* text :
       {"", " ", "{", "{\"a\":}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":01}", "{a:1}",
        "{\"a\":1}x", "{\"a\":\"\xff\"}", "{\"a\":\"\\ud800\"}", "{\"a\":1,}", "// c\n{}"}) {
    EXPECT_TRUE(RefusalOf(text).starts_with("The request is not valid JSON")) << text;
  }
}

TEST(ParseJsonObject, NeedsTheContentType) {
  Request request;
  request.body = "{}";
  EXPECT_THROW(ParseJsonObject(request), HttpError);
  request.headers.Set("Content-Type", "text/plain");
  EXPECT_THROW(ParseJsonObject(request), HttpError);
  request.headers.Set("Content-Type", "Application/JSON; charset=utf-8");
  EXPECT_TRUE(ParseJsonObject(request).empty());
}

class MembersOf : public testing::Test {
 protected:
  JsonMembers Members(const char* json, std::string path = {}) {
    return JsonMembers(ParseJsonObject(std::string_view(json)), std::move(path));
  }
  template <class Call>
  std::string Error(const Call& call) {
    try {
      call();
    } catch (const tapmask::Error& error) {
      EXPECT_EQ(error.code(), Code::kInvalidArgument);
      return error.public_text();
    }
    return "";
  }
};

TEST_F(MembersOf, AreTakenOneByOne) {
  JsonMembers members = Members(R"({"t":"ab","w":5e1,"n":0.5,"b":true,"o":"x","any":[1]})");
  EXPECT_EQ(members.NeedText("t", 1, 2), "ab");
  EXPECT_EQ(members.NeedWhole("w", 0, 50), 50);
  EXPECT_EQ(members.Number("n", 0, 1), 0.5);
  EXPECT_EQ(members.Bool("b"), true);
  EXPECT_EQ(members.NeedOneOf("o", {"x", "y"}), "x");
  EXPECT_EQ(members.Text("z", 0, 1), std::nullopt);  // It is not there.
  EXPECT_EQ(Error([&] { Members(R"({"z":null})").Text("z", 0, 1); }),
            "\"z\" must not be null; leave it out.");
  EXPECT_EQ(Error([&] { members.NoMore(); }), "\"any\" is not known here.");
  EXPECT_EQ(members.Any("any"), nlohmann::json::array({1}));
  members.NoMore();
}

TEST_F(MembersOf, AreNamedInErrors) {
  EXPECT_EQ(Error([&] { Members("{}", "p[0]").NeedText("t", 1, 2); }), "\"p[0].t\" is missing.");
  EXPECT_EQ(Error([&] { Members(R"({"t":1})").Text("t", 1, 2); }), "\"t\" must be a text.");
  EXPECT_EQ(Error([&] { Members(R"({"t":""})").Text("t", 1, 2); }),
            "\"t\" must have 1 to 2 bytes.");
  EXPECT_EQ(Error([&] { Members(R"({"t":"a\u0000"})").Text("t", 1, 9); }),
            "\"t\" must have no zero characters.");
  EXPECT_EQ(Error([&] { Members(R"({"b":1})").Bool("b"); }), "\"b\" must be true or false.");
  EXPECT_EQ(Error([&] {
              Members(R"({"o":"z"})").NeedOneOf("o", {"x", "y"});
            }),
            "\"o\" must be one of x, y.");
  EXPECT_EQ(Error([&] { JsonMembers(nlohmann::json(1), "q"); }), "\"q\" must be an object.");
  for (const char* json : {R"({"w":1.5})", R"({"w":11})", R"({"w":-1})", R"({"w":"1"})",
                           R"({"w":1e300})", R"({"w":18446744073709551615})", R"({"w":true})"}) {
    EXPECT_EQ(Error([&] { Members(json).Whole("w", 0, 10); }),
              "\"w\" must be a whole number between 0 and 10.")
        << json;
  }
  EXPECT_EQ(Error([&] { Members(R"({"n":"1"})").Number("n", 0, 1); }),
            "\"n\" must be a number between 0 and 1.");
}

}  // namespace
}  // namespace tapmask::api
