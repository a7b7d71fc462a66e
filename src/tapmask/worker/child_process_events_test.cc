// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/child_process_events.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(EventOf, ReadsWhatOurChildrenSend) {
  const auto progress =
      EventOf({MessageType::kProgress, R"({"stage":"tracking","done":3,"total":9})"});
  ASSERT_TRUE(progress && std::holds_alternative<ChildProgress>(*progress));
  EXPECT_EQ(std::get<ChildProgress>(*progress).stage, JobStage::kTracking);
  EXPECT_EQ(std::get<ChildProgress>(*progress).done, 3);
  EXPECT_EQ(std::get<ChildProgress>(*progress).total, 9);

  const auto failed =
      EventOf({MessageType::kFailed, R"({"code":"too_large","text":"Größer als 4K."})"});
  ASSERT_TRUE(failed && std::holds_alternative<ChildFailed>(*failed));
  EXPECT_EQ(std::get<ChildFailed>(*failed).code, "too_large");
  EXPECT_EQ(std::get<ChildFailed>(*failed).text, "Größer als 4K.");

  for (const Reason reason : {Reason::kPointOutside, Reason::kNoObject, Reason::kEngineUnavailable,
                              Reason::kOutputCheckFailed}) {
    const std::string code(ReasonName(reason));
    const auto finer =
        EventOf({MessageType::kFailed, R"({"code":")" + code + R"(","text":"So."})"});
    ASSERT_TRUE(finer) << code;
    EXPECT_EQ(std::get<ChildFailed>(*finer).code, code);
  }

  const auto ready = EventOf(
      {MessageType::kReady, R"({"layers":[{"name":"seccomp","works":false,"why_not":"old"}]})"});
  ASSERT_TRUE(ready && std::holds_alternative<ChildReady>(*ready));
  EXPECT_EQ(std::get<ChildReady>(*ready).layers.at(0).why_not, "old");

  const auto result = EventOf({MessageType::kResult, R"({"a":[1,2]})"});
  ASSERT_TRUE(result && std::holds_alternative<ChildResult>(*result));
  EXPECT_EQ(std::get<ChildResult>(*result).json, R"({"a":[1,2]})");
}

TEST(EventOf, RefusesEverythingElse) {
  const std::vector<std::pair<MessageType, std::string>> bad{
      {MessageType::kProgress, ""},
      {MessageType::kProgress, "[]"},
      {MessageType::kProgress, "null"},
      {MessageType::kProgress, R"({"stage":"tracking","done":3})"},
      {MessageType::kProgress, R"({"stage":"complete","done":3,"total":9})"},
      {MessageType::kProgress, R"({"stage":7,"done":3,"total":9})"},
      {MessageType::kProgress, R"({"stage":"tracking","done":-1,"total":9})"},
      {MessageType::kProgress, R"({"stage":"tracking","done":1.5,"total":9})"},
      {MessageType::kProgress, R"({"stage":"tracking","done":1,"total":1000000000001})"},
      {MessageType::kProgress, R"({"stage":"tracking","done":1,"total":99999999999999999999999})"},
      {MessageType::kProgress,
       R"({"stage":"tracking","done":1,"total":9,"x":")" + std::string(5000, 'x') + "\"}"},
      {MessageType::kFailed, R"({"code":"","text":"Fine."})"},
      {MessageType::kFailed, R"({"code":"complete","text":"Fine."})"},
      {MessageType::kFailed, R"({"code":"quota_exceeded","text":"Pay."})"},
      {MessageType::kFailed, R"({"code":"internal","text":""})"},
      {MessageType::kFailed, R"({"code":"internal","text":"a\nb"})"},
      {MessageType::kFailed, R"({"code":"internal","text":"a\u0000b"})"},
      {MessageType::kFailed, R"({"code":"internal","text":")" + std::string(501, 'x') + "\"}"},
      {MessageType::kFailed, "{\"code\":\"internal\",\"text\":\"\xff\"}"},
      {MessageType::kFailed, R"({"text":"No code."})"},
      {MessageType::kReady, "{}"},
      {MessageType::kReady, R"({"layers":7})"},
      {MessageType::kReady, R"({"layers":[{"name":"a","works":1,"why_not":""}]})"},
      {MessageType::kResult, ""},
      {MessageType::kResult, "{"},
      {MessageType::kResult, "{} {}"},
      {MessageType::kResult, "\"\xff\""},
      {MessageType::kResult, "NaN"},
      {MessageType::kResult, Repeated("[", 33) + Repeated("]", 33)},
      {MessageType::kResult, Repeated("[", 1'000'000)},
      {MessageType::kResult, Repeated("{\"a\":", 1'000'000)},
      {MessageType::kCheckpoint, "{"},
      {MessageType::kTask, "{}"},
      {MessageType::kCancel, ""},
  };
  for (const auto& [type, payload] : bad) {
    EXPECT_FALSE(EventOf({type, payload})) << payload.substr(0, 80);
  }
}

TEST(EventOf, TakesResultsOfTheGreatestDepth) {
  EXPECT_TRUE(EventOf({MessageType::kResult, Repeated("[", 32) + Repeated("]", 32)}));
}

TEST(MessageBudget, LetsBurstsThroughAndNoFlood) {
  MessageBudget::Time now{};
  MessageBudget budget(now);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(budget.Take(now)) << i;
  EXPECT_FALSE(budget.Take(now));
}

TEST(MessageBudget, LetsASteadyStreamThroughForEver) {
  MessageBudget::Time now{};
  MessageBudget budget(now);
  for (int i = 0; i < 100'000; ++i) {
    now += std::chrono::milliseconds(21);
    ASSERT_TRUE(budget.Take(now)) << i;
  }
  for (int i = 0; i < 199; ++i) ASSERT_TRUE(budget.Take(now)) << i;
  EXPECT_TRUE(!budget.Take(now) || !budget.Take(now));
}

}  // namespace
}  // namespace tapmask
