// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/user_export.h"

#include <fstream>
#include <string>

#include <fmt/format.h>

#include "tapmask/api/export.h"
#include "tapmask/core/error.h"
#include "tapmask/media/temporary_file.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

// Whatever it is, also a link that leads nowhere, a setting's file or the data itself.
void CheckNothingThere(const fs::path& path) {
  if (path.filename().empty()) {
    throw Error(Code::kInvalidArgument,
                fmt::format("-o takes a file, and '{}' is none.", path.string()));
  }
  std::error_code error;
  if (fs::exists(fs::symlink_status(path, error))) {
    throw Error(Code::kInvalidArgument,
                fmt::format("{} is there already; choose another name.", path.string()));
  }
}

}  // namespace

void WriteExport(ServiceParts& parts, const User& user, const fs::path& path) {
  CheckNothingThere(path);
  // Neither is used by an export, which has to wait for nobody here.
  api::BlockingPool pool({1, 1});
  api::JobWatch watch(parts.stores->jobs(), {});
  api::Services services{*parts.stores, *parts.blobs, *parts.signer,    parts.clock, pool,
                         watch,         Log(),        ProcessMetrics(), {}};
  api::ExportText text(services, user);

  TemporaryFile file(path);
  fs::permissions(file.path(), fs::perms::owner_read | fs::perms::owner_write);
  std::ofstream out(file.path(), std::ios::binary);
  for (std::string piece = text.Next(); !piece.empty() && out; piece = text.Next()) out << piece;
  out.close();
  if (!out) throw Error(Code::kStorageFull, "The disk is full; free some space and try again.");
  file.Sync();
  file.Commit();
}

}  // namespace tapmask
