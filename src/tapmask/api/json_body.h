// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "tapmask/api/http_message.h"

namespace tapmask::api {

// The JSON object of a request's body. Throws HttpError 415 unsupported_content_type unless the
// body is application/json, 400 invalid_json for what is no JSON, is nested more than 16 deep, has
// a member twice, a number that does not fit, text that is no UTF-8, or is not an object.
nlohmann::json ParseJsonObject(const Request& request);
// The same of a text, whose type is known.
nlohmann::json ParseJsonObject(std::string_view text);

// Takes the members of an object one by one, with errors that name them: 400 invalid_argument.
// A member that is null is refused.
class JsonMembers {
 public:
  // `path` stands before the names in errors, "points[3]"; empty for the body itself. Throws
  // invalid_argument when `json` is no object.
  explicit JsonMembers(nlohmann::json json, std::string path = {});

  std::optional<std::string> Text(const std::string& name, size_t least_bytes, size_t most_bytes);
  std::string NeedText(const std::string& name, size_t least_bytes, size_t most_bytes);
  std::optional<int64_t> Whole(const std::string& name, int64_t least, int64_t most);
  int64_t NeedWhole(const std::string& name, int64_t least, int64_t most);
  std::optional<double> Number(const std::string& name, double least, double most);
  std::optional<bool> Bool(const std::string& name);
  std::string NeedOneOf(const std::string& name, std::initializer_list<std::string_view> words);
  // As it is, e.g. to hand it on.
  std::optional<nlohmann::json> Any(const std::string& name);

  // Refuses what was not taken, so that no wish is dropped silently.
  void NoMore() const;
  // What was not taken, for who reads the rest.
  const nlohmann::json& rest() const { return json_; }

  // Throws the error for a member: "\"email\" is missing."
  [[noreturn]] void Refuse(std::string_view name, std::string_view what) const;

 private:
  nlohmann::json json_;
  std::string path_;
};

}  // namespace tapmask::api
