// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/http_message.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tapmask::api {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> kMethods{{
    {Method::kGet, "GET"},
    {Method::kHead, "HEAD"},
    {Method::kPost, "POST"},
    {Method::kPut, "PUT"},
    {Method::kPatch, "PATCH"},
    {Method::kDelete, "DELETE"},
    {Method::kOptions, "OPTIONS"},
}};

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view MethodName(Method method) {
  for (const auto& [known, name] : kMethods) {
    if (known == method) return name;
  }
  return "OTHER";
}

Method MethodFrom(std::string_view name) {
  for (const auto& [method, known] : kMethods) {
    if (known == name) return method;
  }
  return Method::kOther;
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

void Headers::Add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::Set(std::string_view name, std::string value) {
  Remove(name);
  fields_.emplace_back(std::string(name), std::move(value));
}

void Headers::Remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return EqualIgnoringCase(field.first, name); });
}

std::optional<std::string_view> Headers::Get(std::string_view name) const {
  for (const auto& [known, value] : fields_) {
    if (EqualIgnoringCase(known, name)) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Headers::All(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [known, value] : fields_) {
    if (EqualIgnoringCase(known, name)) values.push_back(value);
  }
  return values;
}

std::optional<std::string> Request::Query(std::string_view name) const {
  for (const auto& [known, value] : query) {
    if (known == name) return value;
  }
  return std::nullopt;
}

const std::string& Request::PathParameter(std::string_view name) const {
  const auto found = path_parameters.find(name);
  if (found == path_parameters.end()) {
    throw std::logic_error("the route's pattern has no {" + std::string(name) + "}");
  }
  return found->second;
}

Response Response::Empty(int status) {
  Response response;
  response.status = status;
  return response;
}

Response Response::Text(std::string text, std::string content_type) {
  Response response;
  response.headers.Add("Content-Type", std::move(content_type));
  response.body = std::move(text);
  return response;
}

Response Response::Json(std::string json, int status) {
  Response response = Text(std::move(json), "application/json");
  response.status = status;
  return response;
}

Response Response::Events(std::unique_ptr<EventSource> source) {
  Response response;
  response.headers.Add("Content-Type", "text/event-stream");
  response.body = std::move(source);
  return response;
}

}  // namespace tapmask::api
