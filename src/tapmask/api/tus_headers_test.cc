// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/tus_headers.h"

#include <gtest/gtest.h>

#include "tapmask/api/error_response.h"
#include "tapmask/api/upload_checksum.h"

namespace tapmask::api {
namespace {

template <class Call>
std::string CodeOf(Call call) {
  try {
    call();
    return "";
  } catch (const HttpError& error) {
    return error.http_code();
  }
}

TEST(TusHeaders, ReadsCountsOfBytesStrictly) {
  const auto count = [](std::string text) {
    return ByteCount({{"Upload-Offset", text}}, "Upload-Offset");
  };
  EXPECT_EQ(count("0"), 0);
  EXPECT_EQ(count("9007199254740991"), 9'007'199'254'740'991);
  EXPECT_EQ(ByteCount({}, "Upload-Offset"), std::nullopt);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x10", "abc", "9007199254740992",
                           "99999999999999999999", "-0", "1,2"}) {
    EXPECT_EQ(CodeOf([&] { count(text); }), "invalid_argument") << text;
  }
  EXPECT_EQ(CodeOf([] { ByteCount({{"A", "1"}, {"a", "1"}}, "A"); }), "invalid_argument");
}

TEST(TusHeaders, NewUploadHasOneKindOfLength) {
  EXPECT_EQ(NewUploadLength({{"Upload-Length", "5"}}), 5);
  EXPECT_EQ(NewUploadLength({{"Upload-Defer-Length", "1"}}), std::nullopt);
  EXPECT_EQ(CodeOf([] { NewUploadLength({}); }), "invalid_argument");
  EXPECT_EQ(CodeOf([] { NewUploadLength({{"Upload-Defer-Length", "2"}}); }), "invalid_argument");
  EXPECT_EQ(CodeOf([] {
              NewUploadLength({{"Upload-Length", "5"}, {"Upload-Defer-Length", "1"}});
            }),
            "invalid_argument");
}

TEST(TusHeaders, KeepsMetadataAndFindsTheFilename) {
  const std::string text = "filename c8WCb8WEY2UubXA0,is_private,type dmlkZW8vbXA0";
  EXPECT_EQ(UploadMetadata({{"Upload-Metadata", text}}), text);
  EXPECT_EQ(UploadMetadata({{"Upload-Metadata", "a  YQ== ,\tb,c "}}), "a YQ==,b,c");
  EXPECT_EQ(FilenameOf(text), "słońce.mp4");
  EXPECT_EQ(FilenameOf(""), "");
  EXPECT_EQ(FilenameOf("filetype dmlkZW8vbXA0"), "");
  EXPECT_EQ(FilenameOf(MetadataOf("../../etc/pass\nwd")), "passwd");
  EXPECT_EQ(FilenameOf(MetadataOf("C:\\films\\a.mp4")), "a.mp4");
  EXPECT_EQ(FilenameOf(MetadataOf("\xff\xfe")), "");
  std::string longest;
  for (int i = 0; i < 300; ++i) longest += "ü";
  EXPECT_EQ(FilenameOf(MetadataOf(longest)), longest.substr(0, 510));
}

TEST(TusHeaders, RefusesMalformedMetadata) {
  const std::string longest = "a " + std::string(5'000, 'A');
  for (const char* text : {",", "a b", "a YQ=", "a YQ===", "a =YQ=", "a YQ==,",
                           "a YQ==,,b YQ==", "a YQ==,a YQ==", "a Y!==", longest.c_str()}) {
    EXPECT_EQ(CodeOf([&] {
                UploadMetadata({{"Upload-Metadata", text}});
              }),
              "invalid_argument")
        << text;
  }
}

TEST(TusHeaders, WritesTimesAsHttpDoes) {
  EXPECT_EQ(HttpDate(*ParseTime("2026-03-03T08:30:00.999Z")), "Tue, 03 Mar 2026 08:30:00 GMT");
  EXPECT_EQ(HttpDate(*ParseTime("2024-02-29T23:59:59.000Z")), "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST(UploadChecksum, ComparesSha1AndSha256) {
  const auto matches = [](std::string_view header, std::string_view data) {
    UploadChecksum checksum(header);
    checksum.Add(data.substr(0, 3));
    checksum.Add(data.substr(3));
    return checksum.Matches();
  };
  EXPECT_TRUE(matches("sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=", "hello"));
  EXPECT_TRUE(matches("sha256 LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", "hello"));
  EXPECT_FALSE(matches("sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=", "hellO"));
}

TEST(UploadChecksum, RefusesWhatItCannotCompare) {
  EXPECT_EQ(CodeOf([] { UploadChecksum checksum("md5 XUFAKrxLKna5cZ2REBfFkg=="); }),
            "checksum_unsupported");
  for (const char* header : {"", "sha1", "sha1 ", "sha1 qvTG", "sha1 *vTGHdzF6KLavt4PO0gs2a6pQ00=",
                             "sha256 qvTGHdzF6KLavt4PO0gs2a6pQ00="}) {
    EXPECT_EQ(CodeOf([&] { UploadChecksum checksum(header); }), "invalid_argument") << header;
  }
}

}  // namespace
}  // namespace tapmask::api
