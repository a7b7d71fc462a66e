// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/sqlite_stores.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sqlite3.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/store/sqlite/connection.h"
#include "tapmask/store/sqlite/database.h"
#include "tapmask/store/sqlite/sqlite_under_test.h"
#include "tapmask/store/store_conformance.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;
using sqlite::Connection;
using sqlite::Database;

TAPMASK_STORE_SUITES(Sqlite, SqliteUnderTest());

// What only this back end has to show.
class SqliteStores : public StoreConformance {
 protected:
  std::filesystem::path File() { return DatabaseIn(place_); }
  void Make() {
    stores();
    Close();
  }
  std::optional<Code> CodeOfOpening() {
    return CodeOf([&] { OpenSqliteStores(File(), rules_); });
  }
};
INSTANTIATE_TEST_SUITE_P(Sqlite, SqliteStores, ::testing::Values(SqliteUnderTest()));

TEST_P(SqliteStores, KeepsItsFilesFromOthersEyes) {
  const User user = AddUser();  // So that all three are there.

  for (const char* name : {"tapmask.db", "tapmask.db-wal", "tapmask.db-shm"}) {
    const auto mode = std::filesystem::status(place_ / name).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << name;
  }
}

TEST_P(SqliteStores, IsSoundAndOfTheLayoutItSays) {
  Make();
  Connection connection(File(), 1s);

  auto check = connection.Query("PRAGMA integrity_check");
  ASSERT_TRUE(check.Step());
  EXPECT_EQ(check.Text(), "ok");
  EXPECT_FALSE(connection.Exists("PRAGMA foreign_key_check"));
  EXPECT_EQ(Number(connection, "PRAGMA user_version"), 3);
  EXPECT_EQ(Number(connection, "PRAGMA secure_delete"), 1);
  EXPECT_EQ(Number(connection, "PRAGMA foreign_keys"), 1);
  EXPECT_EQ(Number(connection, "PRAGMA synchronous"), 2);
}

TEST_P(SqliteStores, RefusesAFileOfANewerVersionAndLeavesItAlone) {
  Make();
  {
    Connection connection(File(), 1s);
    connection.Execute("PRAGMA user_version = 99");
  }

  EXPECT_EQ(CodeOfOpening(), Code::kConflict);

  Connection connection(File(), 1s);
  EXPECT_EQ(Number(connection, "PRAGMA user_version"), 99);
}

TEST_P(SqliteStores, RefusesTheDatabaseOfAnotherProgram) {
  std::ofstream(File()).close();
  {
    Connection connection(File(), 1s);
    connection.Execute("CREATE TABLE users (name); INSERT INTO users VALUES ('theirs')");
  }
  EXPECT_EQ(CodeOfOpening(), Code::kInternal);
  {
    Connection connection(File(), 1s);
    connection.Execute("PRAGMA user_version = 1");
  }
  EXPECT_EQ(CodeOfOpening(), Code::kInternal);

  Connection connection(File(), 1s);
  EXPECT_EQ(Number(connection, "SELECT COUNT(*) FROM users"), 1);
}

TEST_P(SqliteStores, RefusesAFileThatIsNoDatabase) {
  const std::string text(10'000, 'x');
  std::ofstream(File()) << text;

  EXPECT_EQ(CodeOfOpening(), Code::kInternal);

  EXPECT_EQ(std::filesystem::file_size(File()), text.size());
}

TEST_P(SqliteStores, NoticesDamage) {
  const User user = AddUser();
  Close();
  {
    Connection connection(File(), 1s);
    connection.Execute(
        "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA ignore_check_constraints = ON;"
        "UPDATE users SET tier = 'golden'");
  }

  EXPECT_EQ(CodeOf([&] { stores().users().Get(user.id); }), Code::kInternal);
}

TEST_P(SqliteStores, SaysWhenThereIsNoFolderOrNoLeave) {
  EXPECT_EQ(CodeOf([&] { OpenSqliteStores(place_ / "missing" / "tapmask.db", rules_); }),
            Code::kUnavailable);
  EXPECT_EQ(CodeOf([&] { OpenSqliteStores(place_, rules_); }), Code::kUnavailable);
  EXPECT_FALSE(std::filesystem::exists(place_ / "missing"));
}

TEST_P(SqliteStores, OpensNamesThatSqliteTakesForSomethingElse) {
  for (const char* name : {"file:x.db?mode=memory", ":memory:", "-wal", "ü ? # %41.db"}) {
    { OpenSqliteStores(place_ / name, rules_)->users().Add(NewUser()); }
    EXPECT_GT(std::filesystem::file_size(place_ / name), 0u) << name;
  }
}

TEST_P(SqliteStores, SaysUnavailableWhileAnotherProcessWritesTooLong) {
  Make();
  const auto impatient = sqlite::OpenStores(File(), rules_, {.wait = 20ms});
  const User user = NewUser();
  Connection other(File(), 1s);
  other.Execute("BEGIN IMMEDIATE");

  EXPECT_EQ(CodeOf([&] { impatient->users().Add(user); }), Code::kUnavailable);
  EXPECT_EQ(CodeOf([&] { impatient->CheckReady(); }), Code::kUnavailable);
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        try {
          impatient->CheckReady();
        } catch (const Error& error) {
          if (error.code() == Code::kUnavailable) ++refused;
        }
      });
    }
  }
  EXPECT_EQ(refused, 4);
  EXPECT_FALSE(impatient->users().Get(user.id)) << "reading is not in the way of writing";

  other.Execute("ROLLBACK");
  EXPECT_TRUE(impatient->users().Add(user));
}

TEST_P(SqliteStores, SaysSoWhenTheDiskIsFullAndGoesOnWhenThereIsRoom) {
  Make();
  int64_t pages = 0;
  {
    Connection connection(File(), 1s);
    pages = Number(connection, "PRAGMA page_count");
  }
  const auto small =
      sqlite::OpenStores(File(), rules_, Database::Options{.wait = 1s, .max_pages = pages + 4});
  const User user = NewUser();
  ASSERT_TRUE(small->users().Add(user));

  std::optional<Code> code;
  int added = 0;
  for (; added < 10'000 && !code; ++added) {
    code = CodeOf([&] {
      small->credentials().AddKey({KeyId::New(),
                                   user.id,
                                   TokenHash{static_cast<uint8_t>(added)},
                                   std::string(3'000, 'x'),
                                   "",
                                   now_,
                                   {}},
                                  10'000);
    });
  }

  EXPECT_EQ(code, Code::kStorageFull);
  EXPECT_EQ(small->credentials().Keys(user.id).size(), static_cast<size_t>(added - 1));
  EXPECT_TRUE(small->users().Get(user.id));
  for (const ApiKey& key : small->credentials().Keys(user.id)) {
    EXPECT_TRUE(small->credentials().RemoveKey(user.id, key.id));
  }
  EXPECT_NO_THROW(small->CheckReady());
  EXPECT_TRUE(small->users().Add(NewUser()));
}

TEST_P(SqliteStores, RollsBackWhatFailsHalfWay) {
  Make();
  Database database(File(), {});
  const auto count = [&] {
    return database.Read([](Connection& connection) {
      return Number(connection, "SELECT value FROM counters WHERE name = 'checked'");
    });
  };

  EXPECT_THROW(database.Write([](Connection& connection) {
    connection.Run("UPDATE counters SET value = value + 1 WHERE name = 'checked'");
    throw std::runtime_error("half way");
  }),
               std::runtime_error);
  EXPECT_EQ(CodeOf([&] {
              database.Write([](Connection& connection) {
                connection.Run("UPDATE counters SET value = value + 1 WHERE name = 'checked'");
                connection.Run("SELECT nonsense");
              });
            }),
            Code::kInternal);

  EXPECT_EQ(count(), 0);
  database.Write([](Connection& connection) {
    connection.Run("UPDATE counters SET value = value + 1 WHERE name = 'checked'");
  });
  EXPECT_EQ(count(), 1);
}

TEST_P(SqliteStores, ReadsOneMoment) {
  Make();
  Database database(File(), {});
  database.Read([&](Connection& connection) {
    const char* sql = "SELECT value FROM counters WHERE name = 'checked'";
    EXPECT_EQ(Number(connection, sql), 0);
    database.Write([](Connection& other) { other.Run("UPDATE counters SET value = 5"); });
    EXPECT_EQ(Number(connection, sql), 0);
  });
}

TEST(Statement, GivesBackWhatWasBound) {
  char name[] = "/tmp/tapmask_sqlite_XXXXXX";
  close(mkstemp(name));
  {
    Connection connection(name, 1s);
    const std::string text("a\0b'\xc3\xbc", 6);
    const TokenHash hash{1, 0, 2};
    const auto id = UserId::New();
    const Time time(123456789ms);

    auto row = connection.Query("SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10", INT64_MIN, 0.1,
                                text, hash, id, time, std::optional<Time>(), true,
                                std::string_view(), std::nullopt);

    ASSERT_TRUE(row.Step());
    EXPECT_EQ(row.Int(), INT64_MIN);
    EXPECT_EQ(row.Real(), 0.1);
    EXPECT_EQ(row.Text(), text);
    EXPECT_EQ(row.Hash(), hash);
    EXPECT_EQ(row.Id<UserId>(), id);
    EXPECT_EQ(row.MaybeTime(), time);
    EXPECT_EQ(row.MaybeTime(), std::nullopt);
    EXPECT_TRUE(row.Bool());
    EXPECT_FALSE(row.IsNull());
    EXPECT_EQ(row.Text(), "");
    EXPECT_TRUE(row.IsNull());
    EXPECT_EQ(row.MaybeInt(), std::nullopt);
    EXPECT_FALSE(row.Step());

    // One text in use twice at the same time.
    auto outer = connection.Query("SELECT 1 UNION SELECT 2");
    int rows = 0;
    while (outer.Step()) {
      auto inner = connection.Query("SELECT 1 UNION SELECT 2");
      while (inner.Step()) ++rows;
    }
    EXPECT_EQ(rows, 4);
    auto no_id = connection.Query("SELECT 'no id', 'no tier', x'00'");
    ASSERT_TRUE(no_id.Step());
    EXPECT_THROW(no_id.Id<UserId>(), Error);
    EXPECT_THROW(no_id.Named(ParseTier), Error);
    EXPECT_THROW(no_id.Hash(), Error);
  }
  std::filesystem::remove(name);
}

}  // namespace
}  // namespace tapmask
