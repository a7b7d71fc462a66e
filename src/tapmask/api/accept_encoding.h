// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/api/http_message.h"

namespace tapmask::api {

// Whether Accept-Encoding lets an answer be gzipped: it names gzip, or everything by "*", and not
// with the weight 0. What is malformed allows nothing.
bool AcceptsGzip(const Headers& headers);

}  // namespace tapmask::api
