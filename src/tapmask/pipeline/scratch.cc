// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/scratch.h"

#include <cstdlib>
#include <string>

#include "tapmask/core/error.h"

namespace tapmask {

Scratch::Scratch(const std::filesystem::path& parent) {
  std::error_code error;
  const auto base = parent.empty() ? std::filesystem::temp_directory_path(error) : parent;
  std::string name = (base / "tapmask.XXXXXX").string();
  if (error || !mkdtemp(name.data())) {  // Readable by its owner alone.
    throw Error(Code::kStorageFull, "No scratch folder can be made in " + base.string() +
                                        "; set TMPDIR to a folder with space.");
  }
  folder_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace tapmask
