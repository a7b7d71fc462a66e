// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/clean_pages.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sqlite3.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tapmask/store/sqlite/connection.h"
#include "tapmask/store/sqlite/database.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;
using sqlite::ClearGap;
using sqlite::Connection;
using sqlite::Database;

using Page = std::vector<uint8_t>;

void SetNumber(Page& page, size_t at, size_t value) {
  page[at] = static_cast<uint8_t>(value >> 8);
  page[at + 1] = static_cast<uint8_t>(value);
}

// With two rows at 1,000 and 2,000, and 0xee wherever nothing is said.
Page MakePage(uint8_t kind, size_t begin = 0) {
  Page page(4'096, 0xee);
  const size_t list = begin + (kind < 8 ? 12 : 8);
  page[begin] = kind;
  SetNumber(page, begin + 1, 3'000);
  SetNumber(page, begin + 3, 2);
  SetNumber(page, begin + 5, 1'000);
  SetNumber(page, list, 2'000);
  SetNumber(page, list + 2, 1'000);
  return page;
}

TEST(ClearGap, OverwritesWhatIsBetweenTheListAndTheRowsAlone) {
  for (const uint8_t kind : {2, 5, 10, 13}) {
    for (const bool is_first : {false, true}) {
      const size_t begin = is_first ? 100 : 0;
      const Page before = MakePage(kind, begin);
      Page expected = before;
      const size_t list_end = begin + (kind < 8 ? 12 : 8) + 4;
      std::fill(expected.begin() + static_cast<long>(list_end), expected.begin() + 1'000, 0);

      Page page = before;
      EXPECT_TRUE(ClearGap(page, is_first));

      EXPECT_EQ(page, expected) << int{kind} << is_first;
    }
  }
}

TEST(ClearGap, ClearsAPageWithoutRowsToItsEnd) {
  Page page(65'536, 0xee);
  page[0] = 13;
  SetNumber(page, 1, 0);
  SetNumber(page, 3, 0);
  SetNumber(page, 5, 0);  // Stands for 65,536.
  EXPECT_TRUE(ClearGap(page, false));
  EXPECT_EQ(std::count(page.begin() + 8, page.end(), 0), 65'528);
}

TEST(ClearGap, LeavesWhatIsNoSuchPageAsItIs) {
  const auto expect_left = [](Page page, const char* what) {
    const Page before = page;
    EXPECT_FALSE(ClearGap(page, false)) << what;
    EXPECT_EQ(page, before) << what;
  };
  const auto with = [](size_t at, size_t value) {
    Page page = MakePage(13);
    SetNumber(page, at, value);
    return page;
  };
  for (int kind = 0; kind < 256; ++kind) {
    if (kind == 2 || kind == 5 || kind == 10 || kind == 13) continue;
    expect_left(MakePage(static_cast<uint8_t>(kind)), "an overflow page or one of the free list");
  }
  expect_left(with(3, 497), "more rows than there is room for before the first");
  expect_left(with(3, 0xffff), "more rows than a page has bytes");
  expect_left(with(5, 0), "rows begin behind its end");
  expect_left(with(5, 4'097), "rows begin behind its end");
  expect_left(with(5, 1'001), "a row before all rows");
  expect_left(with(8, 4'096), "a row behind the end");
  expect_left(with(1, 999), "a hole before all rows");
  expect_left(with(1, 4'093), "a hole over the end");
  expect_left(Page(511, 13), "too small");
  expect_left({}, "empty");
}

class CleaningVfsTest : public ::testing::Test {
 protected:
  CleaningVfsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "tapmask_pages_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~CleaningVfsTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path File() const { return folder_ / "tapmask.db"; }

  std::string Bytes() const {
    std::string bytes;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ifstream file(entry.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(file), {});
    }
    return bytes;
  }

  // In an order such that pages are split and joined; the same at every run.
  static std::string Name(int i, char letter) {
    return fmt::format("{:08x}{}{:06}", static_cast<uint32_t>(i) * 2'654'435'761u, letter, i);
  }

  // 2,000 rows, of which every other is deleted again. Calls `run(sql)` for each transaction.
  template <class Run>
  static void ComeAndGo(const Run& run) {
    std::mt19937 random(7);
    const auto padding = [&] { return std::string(random() % 300, '.'); };
    run("CREATE TABLE things (name TEXT PRIMARY KEY, more TEXT) WITHOUT ROWID;"
        "CREATE INDEX things_more ON things (more)");
    for (int from = 0; from < 2'000; from += 100) {
      std::string sql;
      for (int i = from; i < from + 100; ++i) {
        sql += fmt::format("INSERT INTO things VALUES ('{}', '{}{}');", Name(i, i % 2 ? 'X' : 'K'),
                           Name(i + 5'000, i % 2 ? 'X' : 'K'), padding());
      }
      run(sql);
    }
    for (int from = 0; from < 2'000; from += 100) {
      std::string sql;
      for (int i = from + 1; i < from + 100; i += 2) {
        sql += fmt::format("DELETE FROM things WHERE name = '{}';", Name(i, 'X'));
      }
      run(sql);
    }
  }

  // How many of the names that are gone can be read still, in whole or in a good part.
  int Left() const {
    const std::string bytes = Bytes();
    int left = 0;
    for (int i = 1; i < 2'000; i += 2) {
      for (const std::string& name : {Name(i, 'X'), Name(i + 5'000, 'X')}) {
        left += bytes.find(name.substr(0, 9)) != std::string::npos;
        left += bytes.find(name.substr(7)) != std::string::npos;
      }
    }
    EXPECT_NE(bytes.find(Name(0, 'K')), std::string::npos) << "this test would see nothing";
    return left;
  }

  std::filesystem::path folder_;
};

TEST_F(CleaningVfsTest, IsNeeded) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(File().c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "PRAGMA secure_delete = ON", nullptr, nullptr, nullptr), SQLITE_OK);

  ComeAndGo([&](const std::string& sql) {
    ASSERT_EQ(sqlite3_exec(db, ("BEGIN;" + sql + ";COMMIT").c_str(), nullptr, nullptr, nullptr),
              SQLITE_OK);
  });

  sqlite3_close(db);
  EXPECT_GT(Left(), 0) << "SQLite does it by itself now";
}

TEST_F(CleaningVfsTest, LeavesNothingOfRowsThatAreGone) {
  Database database(File(), {});
  ComeAndGo([&](const std::string& sql) {
    database.Write([&](Connection& connection) { connection.Execute(sql.c_str()); });
  });
  EXPECT_GT(Left(), 0) << "the -wal file has it still";

  database.Scrub();

  EXPECT_EQ(Left(), 0);
  database.Write([](Connection& connection) {  // Pages as they were remembered.
    connection.Execute("UPDATE things SET more = 'y'");
  });
  EXPECT_EQ(Left(), 0);
  database.Read([](Connection& connection) {
    auto check = connection.Query("PRAGMA integrity_check");
    ASSERT_TRUE(check.Step());
    EXPECT_EQ(check.Text(), "ok");
    auto count = connection.Query("SELECT COUNT(*) FROM things");
    ASSERT_TRUE(count.Step());
    EXPECT_EQ(count.Int(), 1'000);
  });
}

// Nobody waits for a reader, and what is left is done when it is gone.
TEST_F(CleaningVfsTest, ScrubsLaterWhenSomebodyReads) {
  Database database(File(), {});
  ComeAndGo([&](const std::string& sql) {
    database.Write([&](Connection& connection) { connection.Execute(sql.c_str()); });
  });
  {
    Connection reader(File(), 1s);
    reader.Execute("BEGIN; SELECT COUNT(*) FROM things");
    const auto begun = std::chrono::steady_clock::now();

    database.Scrub();

    EXPECT_LT(std::chrono::steady_clock::now() - begun, 4s) << "as long as for a lock";
    EXPECT_GT(Left(), 0);
    database.Write(
        [](Connection& connection) { connection.Execute("UPDATE things SET more = ''"); });
    reader.Execute("COMMIT");
  }

  database.ScrubIfDue();

  EXPECT_EQ(Left(), 0);
}

TEST_F(CleaningVfsTest, ScrubsWhatAKilledProcessLeft) {
  {
    Database database(File(), {});
    ComeAndGo([&](const std::string& sql) {
      database.Write([&](Connection& connection) { connection.Execute(sql.c_str()); });
    });
    std::filesystem::create_directory(folder_ / "copy");  // As they would have been left.
    for (const char* end : {"", "-wal"}) {
      std::filesystem::copy(File().string() + end,
                            folder_ / "copy" / ("tapmask.db" + std::string(end)));
    }
  }
  for (const char* end : {"", "-wal"}) {
    std::filesystem::rename(folder_ / "copy" / ("tapmask.db" + std::string(end)),
                            File().string() + end);
  }
  std::filesystem::remove(folder_ / "copy");
  Database database(File(), {});
  EXPECT_GT(Left(), 0);

  database.ScrubIfDue();

  EXPECT_EQ(Left(), 0);
}

}  // namespace
}  // namespace tapmask
