// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/json_body.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tapmask/api/error_response.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostDepth = 16;

[[noreturn]] void RefuseJson(std::string detail) {
  throw HttpError(400, "invalid_json", std::move(detail));
}

// At most 64 bytes of a name that the user made up, and whole characters of them.
std::string Shortened(std::string_view name) {
  if (name.size() <= 64) return std::string(name);
  size_t end = 64;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  return std::string(name.substr(0, end)) + "...";
}

// Looks at the text before a value is made of it: nothing hostile takes memory.
class Examiner final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t value, const string_t&) override {
    if (!std::isfinite(value)) RefuseJson("The request has a number that is too large.");
    return true;
  }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override {
    Enter();
    names_.emplace_back();
    return true;
  }
  bool key(string_t& name) override {
    if (!names_.back().insert(name).second) {
      RefuseJson(fmt::format("\"{}\" is given twice.", Shortened(name)));
    }
    return true;
  }
  bool end_object() override {
    names_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(size_t) override {
    Enter();
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(size_t position, const std::string&, const Json::exception& error) override {
    // 406: a number beyond what a double holds.
    if (error.id == 406) RefuseJson("The request has a number that is too large.");
    RefuseJson(fmt::format("The request is not valid JSON, at byte {}.", position));
  }

 private:
  void Enter() {
    if (++depth_ > kMostDepth) {
      RefuseJson(fmt::format("The request is nested more than {} deep.", kMostDepth));
    }
  }

  size_t depth_ = 0;
  std::vector<std::set<std::string>> names_;  // Of the objects around, so far.
};

bool IsJsonType(std::string_view content_type) {
  const std::string_view type = Trimmed(content_type.substr(0, content_type.find(';')));
  return EqualIgnoringCase(type, "application/json");
}

}  // namespace

Json ParseJsonObject(std::string_view text) {
  Examiner examiner;
  Json::sax_parse(text, &examiner);
  Json json = Json::parse(text);
  if (!json.is_object()) RefuseJson("The request must be a JSON object.");
  return json;
}

Json ParseJsonObject(const Request& request) {
  // Also a matter of safety: pages of other sites can send other types without asking us first.
  if (!IsJsonType(request.headers.Get("Content-Type").value_or(""))) {
    throw HttpError(415, "unsupported_content_type",
                    "The request's Content-Type must be application/json.");
  }
  return ParseJsonObject(request.body);
}

JsonMembers::JsonMembers(Json json, std::string path)
    : json_(std::move(json)), path_(std::move(path)) {
  if (!json_.is_object()) {
    throw Error(Code::kInvalidArgument, fmt::format("\"{}\" must be an object.", path_));
  }
}

void JsonMembers::Refuse(std::string_view name, std::string_view what) const {
  throw Error(Code::kInvalidArgument, fmt::format("\"{}{}{}\" {}.", path_, path_.empty() ? "" : ".",
                                                  Shortened(name), what));
}

std::optional<Json> JsonMembers::Any(const std::string& name) {
  const auto found = json_.find(name);
  if (found == json_.end()) return std::nullopt;
  Json value = std::move(*found);
  json_.erase(found);
  if (value.is_null()) Refuse(name, "must not be null; leave it out");
  return value;
}

std::optional<std::string> JsonMembers::Text(const std::string& name, size_t least_bytes,
                                             size_t most_bytes) {
  const std::optional<Json> value = Any(name);
  if (!value) return std::nullopt;
  if (!value->is_string()) Refuse(name, "must be a text");
  std::string text = value->get<std::string>();
  if (text.size() < least_bytes || text.size() > most_bytes) {
    Refuse(name, fmt::format("must have {} to {} bytes", least_bytes, most_bytes));
  }
  if (text.find('\0') != std::string::npos) Refuse(name, "must have no zero characters");
  return text;
}

std::string JsonMembers::NeedText(const std::string& name, size_t least_bytes, size_t most_bytes) {
  std::optional<std::string> text = Text(name, least_bytes, most_bytes);
  if (!text) Refuse(name, "is missing");
  return std::move(*text);
}

std::optional<int64_t> JsonMembers::Whole(const std::string& name, int64_t least, int64_t most) {
  const std::optional<Json> value = Any(name);
  if (!value) return std::nullopt;
  const auto out_of_range = [&] {
    Refuse(name, fmt::format("must be a whole number between {} and {}", least, most));
  };
  int64_t number = 0;
  if (value->is_number_unsigned()) {
    const auto large = value->get<uint64_t>();
    if (large > static_cast<uint64_t>(INT64_MAX)) out_of_range();
    number = static_cast<int64_t>(large);
  } else if (value->is_number_integer()) {
    number = value->get<int64_t>();
  } else if (value->is_number_float()) {
    // 5.0 and 5e2 are whole as well; beyond 2^53 a double no longer tells neighbours apart.
    const auto real = value->get<double>();
    if (std::trunc(real) != real || std::abs(real) > 9'007'199'254'740'992.0) out_of_range();
    number = static_cast<int64_t>(real);
  } else {
    out_of_range();
  }
  if (number < least || number > most) out_of_range();
  return number;
}

int64_t JsonMembers::NeedWhole(const std::string& name, int64_t least, int64_t most) {
  const std::optional<int64_t> number = Whole(name, least, most);
  if (!number) Refuse(name, "is missing");
  return *number;
}

std::optional<double> JsonMembers::Number(const std::string& name, double least, double most) {
  const std::optional<Json> value = Any(name);
  if (!value) return std::nullopt;
  const double number = value->is_number() ? value->get<double>() : std::nan("");
  if (!(number >= least && number <= most)) {
    Refuse(name, fmt::format("must be a number between {} and {}", least, most));
  }
  return number;
}

std::optional<bool> JsonMembers::Bool(const std::string& name) {
  const std::optional<Json> value = Any(name);
  if (!value) return std::nullopt;
  if (!value->is_boolean()) Refuse(name, "must be true or false");
  return value->get<bool>();
}

std::string JsonMembers::NeedOneOf(const std::string& name,
                                   std::initializer_list<std::string_view> words) {
  const std::optional<Json> value = Any(name);
  if (!value) Refuse(name, "is missing");
  std::string word = value->is_string() ? value->get<std::string>() : std::string();
  if (std::find(words.begin(), words.end(), word) == words.end()) {
    Refuse(name, fmt::format("must be one of {}", fmt::join(words, ", ")));
  }
  return word;
}

void JsonMembers::NoMore() const {
  if (!json_.empty()) Refuse(json_.begin().key(), "is not known here");
}

}  // namespace tapmask::api
