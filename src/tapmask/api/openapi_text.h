// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tapmask::api {

// web/openapi.yaml, as it was when this program was built.
std::string_view OpenapiText();

}  // namespace tapmask::api
