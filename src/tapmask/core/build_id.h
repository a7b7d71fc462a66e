// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tapmask {

// Which build this is: the version, the commit, and whether files were changed since that commit,
// e.g. "0.1.0+b8faeaa10d" or "0.1.0+b8faeaa10d.dirty". "0.1.0+unknown" when it was not built from a
// git checkout.
std::string_view BuildId();

}  // namespace tapmask
