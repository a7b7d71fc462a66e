// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/accept_encoding.h"

#include <gtest/gtest.h>

namespace tapmask::api {
namespace {

TEST(AcceptsGzip, WhereItIsNamed) {
  for (const char* line : {"gzip", "GZIP", "x-gzip", "gzip, deflate, br, zstd", "br,gzip",
                           " br ;q=1.0 ,\tgzip ; q=0.5", "gzip;q=1", "gzip;q=1.", "gzip;q=1.000",
                           "gzip;q=0.001", "gzip;Q=0.5", "*", "*;q=0.1", "identity;q=0, *",
                           "gzip, *;q=0", "gzip;level=9", ", ,gzip"}) {
    EXPECT_TRUE(AcceptsGzip({{"Accept-Encoding", line}})) << line;
  }
}

TEST(AcceptsGzip, NotWhereItIsRefusedOrNotNamed) {
  for (const char* line :
       {"", "br", "identity", "gzip;q=0", "gzip;q=0.000", "gzip; q=0.0", "GZIP;Q=0", "x-gzip;q=0",
        "*;q=0", "gzip;q=0, *", "*, gzip;q=0", "gzip, gzip;q=0", "gzip;q=0, gzip", "gzipped",
        "agzip", "deflate;gzip", "gzip;level=9;q=0"}) {
    EXPECT_FALSE(AcceptsGzip({{"Accept-Encoding", line}})) << line;
  }
  EXPECT_FALSE(AcceptsGzip({}));
}

TEST(AcceptsGzip, NotByWhatIsMalformed) {
  for (const char* line :
       {"gzip;q=", "gzip;q", "gzip;q=2", "gzip;q=1.1", "gzip;q=-1", "gzip;q=0.1234", "gzip;q=.5",
        "gzip;q=1e0", "gzip;q=\"1\"", "gzip q=1", "gzip;q=0x1"}) {
    EXPECT_FALSE(AcceptsGzip({{"Accept-Encoding", line}})) << line;
  }
}

TEST(AcceptsGzip, ReadsAllLines) {
  EXPECT_TRUE(AcceptsGzip({{"Accept-Encoding", "br"}, {"accept-encoding", "gzip"}}));
  EXPECT_FALSE(AcceptsGzip({{"Accept-Encoding", "*"}, {"Accept-Encoding", "gzip;q=0"}}));
}

}  // namespace
}  // namespace tapmask::api
