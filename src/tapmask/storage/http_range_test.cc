// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/http_range.h"

#include <string>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

using Kind = HttpRange::Kind;

// "first-last", "whole" or "416".
std::string Asked(std::string_view header, int64_t size_bytes) {
  const HttpRange range = ParseRange(header, size_bytes);
  switch (range.kind) {
    case Kind::kWhole: return "whole";
    case Kind::kPart: return std::to_string(range.first) + "-" + std::to_string(range.last);
    case Kind::kUnsatisfiable: return "416";
  }
  return "";
}

TEST(HttpRange, ReadsFirstAndLast) {
  EXPECT_EQ(Asked("bytes=0-499", 10'000), "0-499");
  EXPECT_EQ(Asked("bytes=500-999", 10'000), "500-999");
  EXPECT_EQ(Asked("bytes=0-0", 10'000), "0-0");
  EXPECT_EQ(Asked("bytes=9999-9999", 10'000), "9999-9999");
  EXPECT_EQ(Asked("bytes=9000-20000", 10'000), "9000-9999");
  EXPECT_EQ(ParseRange("bytes=10-19", 100).length_bytes(), 10);
}

TEST(HttpRange, ReadsOpenEndsAndSuffixes) {
  EXPECT_EQ(Asked("bytes=0-", 10'000), "0-9999");
  EXPECT_EQ(Asked("bytes=9500-", 10'000), "9500-9999");
  EXPECT_EQ(Asked("bytes=-500", 10'000), "9500-9999");
  EXPECT_EQ(Asked("bytes=-1", 1), "0-0");
  EXPECT_EQ(Asked("bytes=-20000", 10'000), "0-9999");
}

TEST(HttpRange, SaysWhatCannotBeServed) {
  EXPECT_EQ(Asked("bytes=10000-", 10'000), "416");
  EXPECT_EQ(Asked("bytes=10000-10001", 10'000), "416");
  EXPECT_EQ(Asked("bytes=-0", 10'000), "416");
  EXPECT_EQ(Asked("bytes=0-", 0), "416");
  EXPECT_EQ(Asked("bytes=0-0", 0), "416");
  EXPECT_EQ(Asked("bytes=-0", 0), "416");
  EXPECT_EQ(Asked("bytes=-1", 0), "whole");
}

TEST(HttpRange, IgnoresWhatIsNotWellFormed) {
  for (const char* header : {"",
                             " ",
                             "bytes",
                             "bytes=",
                             "bytes=-",
                             "bytes=--1",
                             "bytes=1",
                             "bytes=a-b",
                             "bytes=1-b",
                             "bytes=0x1-2",
                             "bytes=+1-2",
                             "bytes=1--2",
                             "bytes=1-+2",
                             "bytes=5-4",
                             "bytes= ",
                             "bytes=,",
                             "bytes=1 -2",
                             "bytes=1- 2",
                             "bytes =1-2",
                             "items=0-5",
                             "byte=0-5",
                             "bytess=0-5",
                             "=0-5",
                             "0-5",
                             "bytes=1.0-2",
                             "bytes=1-2-3",
                             "bytes:0-5"}) {
    EXPECT_EQ(Asked(header, 10'000), "whole") << header;
  }
  EXPECT_EQ(Asked(std::string("bytes=0-5\0", 10), 10'000), "whole");
}

TEST(HttpRange, ServesTheWholeForSeveralRanges) {
  EXPECT_EQ(Asked("bytes=0-1,5-6", 10'000), "whole");
  EXPECT_EQ(Asked("bytes=0-1, -1", 10'000), "whole");
  std::string many = "bytes=0-0";
  for (int i = 0; i < 100'000; ++i) many += ",0-0";
  EXPECT_EQ(Asked(many, 10'000), "whole");
}

TEST(HttpRange, AllowsWhatTheGrammarAllows) {
  EXPECT_EQ(Asked("BYTES=0-5", 100), "0-5");
  EXPECT_EQ(Asked("Bytes=0-5", 100), "0-5");
  EXPECT_EQ(Asked("bytes= 0-5 ", 100), "0-5");
  EXPECT_EQ(Asked("bytes=,,0-5 , ", 100), "0-5");
  EXPECT_EQ(Asked("bytes=000-005", 100), "0-5");
}

TEST(HttpRange, SurvivesHugeNumbers) {
  const std::string nines(10'000, '9');
  EXPECT_EQ(Asked("bytes=0-" + nines, 100), "0-99");
  EXPECT_EQ(Asked("bytes=" + nines + "-", 100), "416");
  EXPECT_EQ(Asked("bytes=-" + nines, 100), "0-99");
  EXPECT_EQ(Asked("bytes=9223372036854775807-9223372036854775808", 100), "416");
  EXPECT_EQ(Asked("bytes=9223372036854775806-", INT64_MAX),
            "9223372036854775806-9223372036854775806");
}

TEST(HttpRange, WritesContentRange) {
  EXPECT_EQ(ContentRange(ParseRange("bytes=0-99", 1'000), 1'000), "bytes 0-99/1000");
  EXPECT_EQ(ContentRange(ParseRange("bytes=1000-", 1'000), 1'000), "bytes */1000");
}

}  // namespace
}  // namespace tapmask
