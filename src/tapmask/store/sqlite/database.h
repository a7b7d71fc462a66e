// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

#include "tapmask/jobs/job_rules.h"
#include "tapmask/jobs/stores.h"
#include "tapmask/store/sqlite/connection.h"

namespace tapmask::sqlite {

// The file: a pool of connections, one for each thread that is inside, and a line of those who want
// to write. May be used from any thread.
class Database {
 public:
  struct Options {
    std::chrono::milliseconds wait = std::chrono::seconds(5);  // For others' locks.
    int64_t max_pages = 0;  // Of 4 KiB; the file is full then. 0: as large as the disk.
  };
  // Makes the file and brings it to the present layout.
  Database(const std::filesystem::path& file, Options options);

  // Runs `work(Connection&)`, which only reads: what it sees is of one moment.
  template <class Work>
  auto Read(const Work& work) {
    Borrowed connection(*this);
    Transaction transaction(*connection, "BEGIN");
    if constexpr (std::is_void_v<decltype(work(*connection))>) {
      work(*connection);
      transaction.Commit();
    } else {
      auto result = work(*connection);
      transaction.Commit();
      return result;
    }
  }

  // Runs `work(Connection&)` in one transaction: all of it is durable when this returns, nothing of
  // it happened when it throws.
  template <class Work>
  auto Write(const Work& work) {
    const WriterTurn turn(*this);
    Borrowed connection(*this);
    Transaction transaction(*connection, "BEGIN IMMEDIATE");
    if constexpr (std::is_void_v<decltype(work(*connection))>) {
      work(*connection);
      transaction.Commit();
    } else {
      auto result = work(*connection);
      transaction.Commit();
      return result;
    }
  }

  // Overwrites what the -wal file still holds of deleted things. Where somebody reads for long, it
  // is left to the next time.
  void Scrub();

  // Writes the whole file anew, and scrubs. What is deleted is overwritten by SQLite, but not what
  // is left behind where rows were moved from page to page. Nobody writes meanwhile, and it takes
  // as much memory as the file is long: 0.5 s for 86 MB, 6.9 s for 865 MB. When the disk has no
  // room for a second one, or somebody is in the way, it is only scrubbed.
  void Rewrite();

 private:
  class Borrowed {
   public:
    explicit Borrowed(Database& database);
    ~Borrowed();
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    Connection& operator*() { return *connection_; }

   private:
    Database& database_;
    std::unique_ptr<Connection> connection_;
  };

  // Rolls back unless committed.
  class Transaction {
   public:
    Transaction(Connection& connection, const char* begin);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void Commit();

   private:
    Connection& connection_;
  };

  // Threads of this process queue here instead of for the file, where nobody is woken.
  class WriterTurn {
   public:
    explicit WriterTurn(Database& database);
    ~WriterTurn();
    WriterTurn(const WriterTurn&) = delete;
    WriterTurn& operator=(const WriterTurn&) = delete;

   private:
    Database& database_;
  };

  std::unique_ptr<Connection> Open() const;

  const std::filesystem::path file_;
  const Options options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
  bool is_writing_ = false;
  std::condition_variable writer_left_;
};

// As OpenSqliteStores, with other limits than those of the service.
std::unique_ptr<Stores> OpenStores(const std::filesystem::path& file, const JobRules& rules,
                                   Database::Options options);

}  // namespace tapmask::sqlite
