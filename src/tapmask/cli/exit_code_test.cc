// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/exit_code.h"

#include <gtest/gtest.h>

namespace tapmask {
namespace {

TEST(ExitCode, HasTheNumbersThatScriptsRelyOn) {
  EXPECT_EQ(static_cast<int>(ExitCode::kDone), 0);
  EXPECT_EQ(static_cast<int>(ExitCode::kFailed), 1);
  EXPECT_EQ(static_cast<int>(ExitCode::kBadUsage), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::kRefused), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::kCancelled), 4);
}

TEST(ExitCode, TellsBadUsageFromARefusedInput) {
  EXPECT_EQ(ExitCodeOf(Code::kInvalidArgument), ExitCode::kBadUsage);
  EXPECT_EQ(ExitCodeOf(Code::kNotFound), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(Code::kUnsupportedMedia), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(Code::kTooLarge), ExitCode::kRefused);
}

TEST(ExitCode, TellsCancellingFromFailing) {
  EXPECT_EQ(ExitCodeOf(Code::kCancelled), ExitCode::kCancelled);
  EXPECT_EQ(ExitCodeOf(Code::kStorageFull), ExitCode::kFailed);
  EXPECT_EQ(ExitCodeOf(Code::kUnavailable), ExitCode::kFailed);
  EXPECT_EQ(ExitCodeOf(Code::kInternal), ExitCode::kFailed);
}

}  // namespace
}  // namespace tapmask
