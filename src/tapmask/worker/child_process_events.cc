// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/child_process_events.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/worker/sandbox_json.h"

namespace tapmask {
namespace {

using nlohmann::json;

constexpr int kMostDeep = 32;
constexpr int64_t kMostCounted = 1'000'000'000'000;

// Checks a text without building anything, so that four megabytes of brackets cost nothing.
class DepthCheck final : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return ++depth_ <= kMostDeep; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return --depth_ >= 0; }
  bool start_array(size_t) override { return ++depth_ <= kMostDeep; }
  bool end_array() override { return --depth_ >= 0; }
  bool parse_error(size_t, const std::string&, const json::exception&) override { return false; }

 private:
  int depth_ = 0;
};

bool IsJson(const std::string& text) {
  DepthCheck check;
  return json::sax_parse(text, &check);
}

std::optional<json> SmallObject(const std::string& text) {
  constexpr size_t kMostBytes = 4096;
  if (text.size() > kMostBytes || !IsJson(text)) return std::nullopt;
  json value = json::parse(text);
  if (!value.is_object()) return std::nullopt;
  return value;
}

std::optional<std::string> StringOf(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<int64_t> CountOf(const json& object, const char* name) {
  const auto found = object.find(name);
  // As it is written: a number beyond 64 bits would be a floating point one.
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto count = found->get<uint64_t>();
  if (count > static_cast<uint64_t>(kMostCounted)) return std::nullopt;
  return static_cast<int64_t>(count);
}

std::optional<ChildEvent> ProgressOf(const std::string& text) {
  const auto object = SmallObject(text);
  if (!object) return std::nullopt;
  const auto name = StringOf(*object, "stage");
  const auto done = CountOf(*object, "done"), total = CountOf(*object, "total");
  if (!name || !done || !total) return std::nullopt;
  for (const JobStage stage : {JobStage::kValidating, JobStage::kExtracting, JobStage::kTracking,
                               JobStage::kProcessing, JobStage::kEncoding}) {
    if (*name == JobStageName(stage)) return ChildProgress{stage, *done, *total};
  }
  return std::nullopt;
}

bool IsReasonName(std::string_view name) {
  constexpr std::array kReasons{Reason::kPointOutside, Reason::kNoObject,
                                Reason::kEngineUnavailable, Reason::kOutputCheckFailed};
  return std::any_of(kReasons.begin(), kReasons.end(),
                     [&](Reason reason) { return name == ReasonName(reason); });
}

bool IsCodeName(std::string_view name) {
  // Of what a task may end with; the others are of requests.
  constexpr std::array kCodes{Code::kInvalidArgument, Code::kUnsupportedMedia, Code::kTooLarge,
                              Code::kNotFound,        Code::kConflict,         Code::kStorageFull,
                              Code::kUnavailable,     Code::kCancelled,        Code::kInternal};
  return name == "out_of_memory" || std::any_of(kCodes.begin(), kCodes.end(),
                                                [&](Code code) { return name == CodeName(code); });
}

std::optional<ChildEvent> FailureOf(const std::string& text) {
  const auto object = SmallObject(text);
  if (!object) return std::nullopt;
  auto code = StringOf(*object, "code"), sentence = StringOf(*object, "text");
  if (!code || !sentence || !(IsCodeName(*code) || IsReasonName(*code))) {
    return std::nullopt;
  }
  const bool is_printable = std::none_of(sentence->begin(), sentence->end(),
                                         [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (sentence->empty() || sentence->size() > MessageChannel::kMostSentenceBytes || !is_printable)
    return std::nullopt;
  return ChildFailed{std::move(*code), std::move(*sentence)};
}

}  // namespace

std::optional<ChildEvent> EventOf(const Message& message) {
  switch (message.type) {
    case MessageType::kReady: {
      auto layers = LayersFromJson(message.payload);
      if (!layers) return std::nullopt;
      return ChildReady{std::move(*layers)};
    }
    case MessageType::kProgress: return ProgressOf(message.payload);
    case MessageType::kCheckpoint:
      if (!IsJson(message.payload)) return std::nullopt;
      return ChildCheckpoint{message.payload};
    case MessageType::kResult:
      if (!IsJson(message.payload)) return std::nullopt;
      return ChildResult{message.payload};
    case MessageType::kFailed: return FailureOf(message.payload);
    case MessageType::kSetup:
    case MessageType::kTask:
    case MessageType::kCancel: return std::nullopt;
  }
  return std::nullopt;
}

bool MessageBudget::Take(Time now) {
  const double seconds = std::chrono::duration<double>(now - since_).count();
  since_ = now;
  left_ = std::min(kAtOnce, left_ + std::max(0.0, seconds) * kPerSecond) - 1;
  return left_ >= 0;
}

}  // namespace tapmask
