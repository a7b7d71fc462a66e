// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/task_driver.h"

#include <string>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

using How = ChildEnd::How;

TEST(PercentOf, GoesFromZeroToNinetyNineAndNeverBack) {
  int last = -1;
  for (const JobStage stage : {JobStage::kValidating, JobStage::kExtracting, JobStage::kTracking,
                               JobStage::kProcessing, JobStage::kEncoding}) {
    for (int64_t done = 0; done <= 1000; ++done) {
      const int percent = PercentOf({stage, done, 1000});
      EXPECT_GE(percent, last);
      last = percent;
    }
  }
  EXPECT_EQ(PercentOf({JobStage::kValidating, 0, 10}), 0);
  EXPECT_EQ(last, 99);  // The rest is the store's to say.
}

TEST(PercentOf, BeginsAStageWhoseLengthIsNotKnown) {
  EXPECT_EQ(PercentOf({JobStage::kTracking, 7, 0}), 5);
}

TEST(PercentOf, BelievesNoMoreThanAll) {
  constexpr int64_t kMost = 1'000'000'000'000;
  EXPECT_EQ(PercentOf({JobStage::kProcessing, kMost, 1}), 95);
  EXPECT_EQ(PercentOf({JobStage::kProcessing, 0, kMost}), 50);
}

TEST(FailureOf, KeepsTheWordsOfAChildThatKnowsWhatIsWrong) {
  for (const char* code : {"invalid_argument", "unsupported_media", "too_large", "point_outside",
                           "no_object", "engine_unavailable", "output_check_failed"}) {
    const JobFailure failure = FailureOf(ChildFailed{code, "It is so."});
    EXPECT_EQ(failure.error_code, code);
    EXPECT_EQ(failure.error_message, "It is so.");
    EXPECT_FALSE(failure.may_pass) << code;
  }
  for (const char* code : {"storage_full", "unavailable", "out_of_memory", "internal"}) {
    const JobFailure failure = FailureOf(ChildFailed{code, "It is so."});
    EXPECT_EQ(failure.error_code, code);
    EXPECT_TRUE(failure.may_pass) << code;
  }
}

TEST(FailureOf, SaysThatTheSourceIsGoneWhenItsFilesAre) {
  for (const char* code : {"not_found", "conflict"}) {
    const JobFailure failure = FailureOf(ChildFailed{code, "masks.jsonl is missing."});
    EXPECT_EQ(failure.error_code, "source_gone");
    EXPECT_FALSE(failure.may_pass);
  }
}

TEST(FailureOf, TakesWhatNobodyAskedForAsAFaultOfOurs) {
  const JobFailure failure = FailureOf(ChildFailed{"cancelled", "Cancelled."});
  EXPECT_EQ(failure.error_code, "internal");
  EXPECT_TRUE(failure.may_pass);
}

TEST(FailureOf, TriesAgainHoweverAChildEnded) {
  for (const auto& [how, code] :
       {std::pair{How::kExited, "internal"}, std::pair{How::kStopped, "internal"},
        std::pair{How::kMisbehaved, "internal"}, std::pair{How::kCrashed, "internal"},
        std::pair{How::kOutOfMemory, "out_of_memory"}, std::pair{How::kTooMuchTime, "timed_out"},
        std::pair{How::kFileTooLarge, "storage_full"},
        std::pair{How::kForbiddenCall, "internal"}}) {
    const JobFailure failure = FailureOf(ChildEnd{how, 0});
    EXPECT_EQ(failure.error_code, code) << ChildEndName(how);
    EXPECT_FALSE(failure.error_message.empty());
    EXPECT_TRUE(failure.may_pass) << ChildEndName(how);
  }
}

}  // namespace
}  // namespace tapmask
