// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "tapmask/cli/serve_settings.h"
#include "tapmask/core/clock.h"
#include "tapmask/jobs/stores.h"
#include "tapmask/storage/blob_store.h"
#include "tapmask/storage/signed_url.h"

namespace tapmask {

// What every process of the service on one machine opens, all in the data folder:
//
//   tapmask.db      accounts, videos, jobs, mails (SQLite)
//   files/          videos and what came of them
//   signing-keys    of the links to files
//   disk-reserve    takes up space that is given up when the disk is full
//   serve.lock      held by the one `tapmask serve` of this folder
struct ServiceParts {
  SystemClock clock;
  std::unique_ptr<Stores> stores;
  std::unique_ptr<BlobStore> blobs;
  std::unique_ptr<UrlSigner> signer;
};

// Makes the folder when it is missing, and takes it from others' eyes. Throws kInvalidArgument when
// it cannot be made or written.
void MakeDataFolder(const std::filesystem::path& folder);

// Makes the data folder as well. Throws as the parts do.
std::unique_ptr<ServiceParts> OpenServiceParts(const ServeSettings& settings);

// Where data is kept when nobody says: $XDG_DATA_HOME/tapmask, else ~/.local/share/tapmask; for
// root /var/lib/tapmask.
std::filesystem::path DefaultDataFolder();

}  // namespace tapmask
