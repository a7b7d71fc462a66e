// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/service_parts.h"

#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/jobs/job_rules.h"
#include "tapmask/storage/disk_reserve.h"
#include "tapmask/storage/local/local_store.h"
#include "tapmask/store/sqlite/sqlite_stores.h"

namespace tapmask {
namespace fs = std::filesystem;

void MakeDataFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder.parent_path().empty() ? fs::path(".") : folder.parent_path(),
                         error);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    throw Error(Code::kInvalidArgument,
                fmt::format("The data folder {} cannot be made; choose another by --data.",
                            folder.string()));
  }
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) ||
      ::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    throw Error(Code::kInvalidArgument,
                fmt::format("The data folder {} cannot be written; choose another by --data.",
                            folder.string()));
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0 && info.st_uid == ::geteuid()) {
    // People's videos: nobody else's to see.
    ::chmod(folder.c_str(), 0700);
  }
}

std::unique_ptr<ServiceParts> OpenServiceParts(const ServeSettings& settings) {
  const fs::path folder = fs::absolute(settings.data_folder);
  MakeDataFolder(folder);
  // What is opened below writes, and so does what makes room again.
  DiskReserve(folder).GiveUpIfFull();
  auto parts = std::make_unique<ServiceParts>();
  JobRules rules;
  rules.tiers = settings.tiers;
  rules.max_queued = settings.max_queued;
  LocalStore::Options files{folder / "files", std::nullopt};
  if (!settings.key_file.empty()) files.key = MasterKey::FromFile(settings.key_file);
  parts->blobs = std::make_unique<LocalStore>(std::move(files));
  parts->stores = OpenSqliteStores(folder / "tapmask.db", rules);
  parts->signer = std::make_unique<UrlSigner>(folder / "signing-keys", parts->clock.Now());
  return parts;
}

fs::path DefaultDataFolder() {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any.
    return value ? value : "";
  };
  if (const std::string data = variable("XDG_DATA_HOME"); !data.empty()) {
    return fs::path(data) / "tapmask";
  }
  if (::geteuid() == 0) return "/var/lib/tapmask";
  if (const std::string home = variable("HOME"); !home.empty()) {
    return fs::path(home) / ".local/share/tapmask";
  }
  return {};
}

}  // namespace tapmask
