// SPDX-License-Identifier: Apache-2.0
// SQLite as the conformance suites open it, and what looks into its file. For tests only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "tapmask/store/sqlite/connection.h"
#include "tapmask/store/sqlite/sqlite_stores.h"
#include "tapmask/store/store_conformance.h"

namespace tapmask {

inline std::filesystem::path DatabaseIn(const std::filesystem::path& place) {
  return place / "tapmask.db";
}

inline StoreUnderTest SqliteUnderTest() {
  return {"Sqlite",
          [](const std::filesystem::path& place, const JobRules& rules) {
            return OpenSqliteStores(DatabaseIn(place), rules);
          },
          [](const std::filesystem::path& place) {
            std::string bytes;
            for (const auto& entry : std::filesystem::directory_iterator(place)) {
              std::ifstream file(entry.path(), std::ios::binary);
              bytes.append(std::istreambuf_iterator<char>(file), {});
            }
            return bytes;
          }};
}

// Of the first row that `sql` finds; fails the test when there is none.
inline int64_t Number(sqlite::Connection& connection, const char* sql) {
  auto statement = connection.Query(sql);
  EXPECT_TRUE(statement.Step());
  return statement.Int();
}

}  // namespace tapmask
