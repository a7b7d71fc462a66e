// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/child_main.h"

#include <fcntl.h>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tapmask/worker/sandbox_test_child.h"

namespace tapmask {
namespace {

using nlohmann::json;

ChildFailed FailureOf(TestChild& child, const char* task, const json& parameters) {
  child.Start(task, parameters);
  const ChildEvent event = child.Outcome();
  const auto* failed = std::get_if<ChildFailed>(&event);
  if (failed) return *failed;
  ADD_FAILURE() << TestChild::Described(event);
  return {};
}

TEST(ChildMain, ServesOneTaskAfterTheOther) {
  TestChild child;
  EXPECT_EQ(child.Result("echo", {{"a", "ö"}}), json({{"a", "ö"}}));

  ASSERT_TRUE(child.process().Start("echo", "[1,2]"));
  EXPECT_EQ(TestChild::ResultOf(child.Outcome()), json({1, 2}));
}

TEST(ChildMain, ServesOnAfterATaskHasFailed) {
  TestChild child;
  EXPECT_EQ(FailureOf(child, "throw", {{"what", "media"}}).code, "unsupported_media");

  ASSERT_TRUE(child.process().Start("echo", "1"));
  EXPECT_EQ(TestChild::ResultOf(child.Outcome()), json(1));
}

TEST(ChildMain, SendsCodesAndPublicTextsOfErrorsOnly) {
  struct Case {
    const char* what;
    const char* code;
    const char* text;
  };
  const std::string fault = "Something went wrong; please try again.";
  for (const Case& one : {Case{"media", "unsupported_media", "This is no video."},
                          Case{"nothing", "no_object", "Nothing is there."},
                          Case{"forbidden", "internal", "You may not."},
                          Case{"path", "storage_full", "No room for a.mp4 in the scratch folder."},
                          Case{"lines", "too_large", "Too large\xef\xbf\xbd."},
                          Case{"long", "too_large", fault.c_str()},
                          Case{"memory", "out_of_memory",
                               "The video takes more memory than a job may have; cut or scale it."},
                          Case{"number", "internal", fault.c_str()}}) {
    TestChild child;
    const ChildFailed failed = FailureOf(child, "throw", {{"what", one.what}});
    EXPECT_EQ(failed.code, one.code) << one.what;
    EXPECT_EQ(failed.text, one.text) << one.what;
  }
}

TEST(ChildMain, FailsATaskThatItDoesNotHave) {
  TestChild child;

  EXPECT_EQ(FailureOf(child, "no such task", {}).code, "internal");
}

TEST(ChildMain, FailsATaskWhoseResultIsTooLarge) {
  TestChild child;

  EXPECT_EQ(FailureOf(child, "text", {{"bytes", 5 << 20}}).code, "internal");
}

TEST(ChildMain, SendsALargeResult) {
  TestChild child;

  EXPECT_EQ(child.Result("text", {{"bytes", 3 << 20}}).get<std::string>().size(), size_t{3} << 20);
}

TEST(ChildMain, ReportsEachStageButNotEachFrame) {
  TestChild child;
  child.Start("report", {{"frames", 100'000}});

  std::vector<ChildProgress> reports;
  ChildEvent event = child.process().Next(InAMinute());
  for (; std::holds_alternative<ChildProgress>(event); event = child.process().Next(InAMinute())) {
    reports.push_back(std::get<ChildProgress>(event));
  }

  EXPECT_EQ(TestChild::ResultOf(event), json(100'000));
  ASSERT_GE(reports.size(), 3u);
  EXPECT_LT(reports.size(), 200u);
  EXPECT_EQ(reports.front().stage, JobStage::kTracking);
  EXPECT_EQ(reports.front().done, 0);
  EXPECT_EQ(reports.front().total, 100'000);
  EXPECT_NE(reports.back().stage, JobStage::kTracking);
}

TEST(ChildMain, SendsCheckpoints) {
  TestChild child;
  child.Start("checkpoint");

  const ChildEvent event = child.Outcome();

  ASSERT_TRUE(std::holds_alternative<ChildCheckpoint>(event)) << TestChild::Described(event);
  EXPECT_EQ(std::get<ChildCheckpoint>(event).json, R"({"window":7})");
  EXPECT_EQ(TestChild::ResultOf(child.Outcome()), json(true));
}

TEST(ChildMain, CancelsTheTaskThatRunsAndNotTheNext) {
  TestChild child;
  child.Start("wait");
  ASSERT_TRUE(std::holds_alternative<ChildProgress>(child.process().Next(InAMinute())));
  child.process().Cancel();

  const ChildEvent event = child.Outcome();
  ASSERT_TRUE(std::holds_alternative<ChildFailed>(event)) << TestChild::Described(event);
  EXPECT_EQ(std::get<ChildFailed>(event).code, "cancelled");

  child.process().Cancel();  // Too late for any.
  ASSERT_TRUE(child.process().Start("echo", "1"));
  EXPECT_EQ(TestChild::ResultOf(child.Outcome()), json(1));
}

TEST(ChildMain, GivesTheInputByItsDescriptor) {
  TestChild child;
  std::ofstream(child.scratch() / "video") << "the video";
  const FileDescriptor input(open((child.scratch() / "video").c_str(), O_RDONLY | O_CLOEXEC));
  child.options.input = input.get();

  EXPECT_EQ(child.Result("read input"), json("the video"));
}

TEST(ChildMain, RefusesToServeWithoutALayerThatIsRequired) {
  const bool all_work = MissingLayers(ProbeSandbox()).empty();
  TestChild child;
  child.options.requires_all_layers = true;

  const ChildEvent event = child.process().Next(InAMinute());

  EXPECT_EQ(std::holds_alternative<ChildReady>(event), all_work);
  EXPECT_EQ(std::holds_alternative<ChildFailed>(event), !all_work);
}

TEST(ChildMain, SaysThatTheScratchFolderCannotBeUsed) {
  TestChild child;
  child.options.limits.scratch_folder = child.scratch() / "not there";

  const ChildEvent event = child.process().Next(InAMinute());

  ASSERT_TRUE(std::holds_alternative<ChildFailed>(event)) << TestChild::Described(event);
  EXPECT_EQ(std::get<ChildFailed>(event).code, "unavailable");
  EXPECT_TRUE(std::holds_alternative<ChildEnd>(child.process().Next(InAMinute())));
}

TEST(ChildMain, RefusesLimitsThatAreOutOfRange) {
  TestChild child;
  child.options.limits.memory_bytes = 1000;

  const ChildEvent event = child.process().Next(InAMinute());

  ASSERT_TRUE(std::holds_alternative<ChildFailed>(event)) << TestChild::Described(event);
  EXPECT_EQ(std::get<ChildFailed>(event).code, "internal");
}

}  // namespace
}  // namespace tapmask
