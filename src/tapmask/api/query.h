// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tapmask/api/error_response.h"
#include "tapmask/api/http_message.h"

namespace tapmask::api {

// Decimal digits only, in [least, most]; nothing for anything else.
std::optional<int64_t> ParseWhole(std::string_view text, int64_t least, int64_t most);

// Parameters of a query. Nothing when it is not there; throws kInvalidArgument, with a sentence
// that names it, for what is no such value.
std::optional<int64_t> QueryWhole(const Request& request, std::string_view name, int64_t least,
                                  int64_t most);

[[noreturn]] void RefuseParameter(std::string_view name, std::string_view what);

// `SomeId`: VideoId, JobId.
template <class SomeId>
std::optional<SomeId> QueryId(const Request& request, std::string_view name) {
  const auto text = request.Query(name);
  if (!text) return std::nullopt;
  const std::optional<SomeId> id = SomeId::Parse(*text);
  if (!id) RefuseParameter(name, "must be an id");
  return id;
}

}  // namespace tapmask::api
