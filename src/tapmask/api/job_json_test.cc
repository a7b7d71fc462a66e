// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/job_json.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

using std::chrono::seconds;

Job MadeJob(JobKind kind) {
  Job job;
  job.id = JobId::New();
  job.user_id = UserId::New();
  job.video_id = VideoId::New();
  job.kind = kind;
  job.rev = 2'041;
  return job;
}

TEST(JobStatusJson, IsOneLineWhateverItHolds) {
  Job job = MadeJob(JobKind::kMask);
  job.status = JobStatus::kFailed;
  job.error_code = "internal";
  job.error_message = "One line\nand another \xff.";
  const std::string text = JobStatusJson(job, false);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(text)["errorCode"], "internal");
}

TEST(JobStatusJson, SaysNothingOfErrorsUnlessTheJobFailed) {
  Job job = MadeJob(JobKind::kMask);
  job.error_code = "internal";
  job.error_message = "Of an attempt before.";
  EXPECT_FALSE(nlohmann::json::parse(JobStatusJson(job, false)).contains("errorCode"));
}

TEST(JobStatusJson, FailsForAPreviewThatCannotBeRead) {
  Job job = MadeJob(JobKind::kPreview);
  job.status = JobStatus::kComplete;
  EXPECT_FALSE(nlohmann::json::parse(JobStatusJson(job, false)).contains("preview"));
  job.result = "broken";
  EXPECT_THROW(JobStatusJson(job, false), Error);
}

TEST(PreviewJson, HasTheAspectOfPixelsThatAreNotSquare) {
  PreviewResult result;
  EXPECT_FALSE(PreviewJson(JobId::New(), result).contains("sampleAspect"));
  result.sample_aspect = {4, 3};
  EXPECT_EQ(PreviewJson(JobId::New(), result)["sampleAspect"].dump(), "[4,3]");
}

TEST(JobJson, HasNoMembersOfMasksForOtherKinds) {
  Job job = MadeJob(JobKind::kIngest);
  job.request = R"({"mode":"x","points":[1]})";
  job.started_at = Time(seconds(5));
  job.completed_at = Time(seconds(7));
  const auto json = JobJson(job, false, true);
  for (const char* name : {"mode", "style", "engine", "segmentationPoint", "request"}) {
    EXPECT_FALSE(json.contains(name)) << name;
  }
  EXPECT_EQ(json["processingTimeMs"], 2'000);
}

TEST(JobJson, ShowsWhatIsLeftOfARequest) {
  Job job = MadeJob(JobKind::kMask);
  for (const char* request : {"", "{}", "broken", "[]", R"({"points":[]})", R"({"points":5})"}) {
    job.request = request;
    EXPECT_FALSE(JobJson(job, false, true).contains("segmentationPoint")) << request;
  }
}

TEST(JobJson, IsThereWhateverTheResultIs) {
  Job job = MadeJob(JobKind::kMask);
  job.status = JobStatus::kComplete;
  job.request = R"({"engine":"auto"})";
  job.result = "broken";
  const auto json = JobJson(job, true, true);
  EXPECT_EQ(json["outputVideoUrl"], DownloadUrl(job.id));
  EXPECT_EQ(json["engine"], "auto");
  EXPECT_FALSE(json.contains("outputBytes"));
}

TEST(JobETag, ChangesWithTheFile) {
  const Job job = MadeJob(JobKind::kMask);
  EXPECT_EQ(JobETag(job, false), "\"2041\"");
  EXPECT_NE(JobETag(job, true), JobETag(job, false));
}

}  // namespace
}  // namespace tapmask::api
