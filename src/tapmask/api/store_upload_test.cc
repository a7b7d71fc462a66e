// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/store_upload.h"

#include "tapmask/api/upload_fixture.h"

namespace tapmask::api {
namespace {

class StoredUpload : public UploadFixture {};

// Regression: it was answered 404, as if the upload's address were wrong.
TEST_F(StoredUpload, IsOfNobodyOnceTheAccountIsClosed) {
  const std::string data = MadeVideo(100);
  const std::string url = Create(100);
  bool was_closed = false;
  blobs().before_put = [&] { was_closed = stores().users().Close(user.id, clock.Now()); };

  const auto answer = Patch(url, 0, data);

  EXPECT_TRUE(was_closed);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.code(), "unauthenticated");
  EXPECT_TRUE(Videos().empty());
}

}  // namespace
}  // namespace tapmask::api
