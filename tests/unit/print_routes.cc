// SPDX-License-Identifier: Apache-2.0
// Prints the server's routes, one a line, for scripts/check_api --against.
#include <iostream>
#include <memory>

#include "tapmask/api/routes.h"
#include "tapmask/storage/local/local_store.h"
#include "tapmask/storage/test_folder.h"
#include "tapmask/store/sqlite/sqlite_stores.h"

int main() {
  using namespace tapmask;
  const TestFolder folder;
  const SystemClock clock;
  const std::unique_ptr<Stores> stores = OpenSqliteStores(folder.path() / "db", {});
  LocalStore blobs({folder.path() / "files", std::nullopt});
  UrlSigner signer(folder.path() / "keys", clock.Now());
  api::BlockingPool pool({1, 1});
  api::JobWatch watch(stores->jobs(), {});
  api::Services services{*stores, blobs, signer, clock, pool, watch, Log(), ProcessMetrics(), {}};
  std::cout << api::MakeRoutes(services).Lines();
  return std::cout.flush() ? 0 : 1;
}
