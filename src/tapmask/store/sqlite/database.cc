// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/database.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/store/sqlite/migrations.h"

namespace tapmask::sqlite {
namespace {

// Password hashes and addresses are in it: nobody else may read it. SQLite gives the files beside
// it the same mode.
void MakeFile(const std::filesystem::path& file) {
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    throw Error(Code::kUnavailable,
                "The database cannot be opened; see that its folder exists and may be written to.",
                file.string() + ": " + std::strerror(errno));
  }
  close(fd);
}

// Two processes that do this at once are told "busy" without being made to wait.
void UseWriteAheadLog(Connection& connection, std::chrono::milliseconds wait) {
  const auto end = std::chrono::steady_clock::now() + wait;
  for (;;) {
    try {
      Statement statement = connection.Query("PRAGMA journal_mode = WAL");
      if (statement.Step() && statement.Text() == "wal") return;
      throw Error(Code::kUnavailable, "The database cannot be used on this file system.",
                  "journal_mode is not wal");
    } catch (const Error& error) {
      if (error.code() != Code::kUnavailable || std::chrono::steady_clock::now() > end) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

Database::Borrowed::Borrowed(Database& database) : database_(database) {
  {
    const std::lock_guard lock(database.mutex_);
    if (!database.idle_.empty()) {
      connection_ = std::move(database.idle_.back());
      database.idle_.pop_back();
    }
  }
  if (!connection_) connection_ = database.Open();
}

Database::Borrowed::~Borrowed() {
  if (connection_->InTransaction()) return;  // Could not be rolled back: closing it does.
  const std::lock_guard lock(database_.mutex_);
  database_.idle_.push_back(std::move(connection_));
}

Database::Transaction::Transaction(Connection& connection, const char* begin)
    : connection_(connection) {
  connection_.Run(begin);
}

Database::Transaction::~Transaction() {
  if (!connection_.InTransaction()) return;  // Committed; or SQLite has rolled back on an error.
  try {
    connection_.Run("ROLLBACK");
  } catch (const Error&) {  // The connection is closed then, see ~Borrowed.
  }
}

void Database::Transaction::Commit() {
  connection_.Run("COMMIT");
}

Database::WriterTurn::WriterTurn(Database& database) : database_(database) {
  std::unique_lock lock(database.mutex_);
  if (!database.writer_left_.wait_for(lock, database.options_.wait,
                                      [&] { return !database.is_writing_; })) {
    throw Error(Code::kUnavailable, "The service is too busy; try again in a moment.",
                "too many writers in this process");
  }
  database.is_writing_ = true;
}

Database::WriterTurn::~WriterTurn() {
  {
    const std::lock_guard lock(database_.mutex_);
    database_.is_writing_ = false;
  }
  database_.writer_left_.notify_one();
}

Database::Database(const std::filesystem::path& file, Options options)
    : file_(std::filesystem::absolute(file)), options_(options) {
  MakeFile(file_);
  auto connection = Open();
  UseWriteAheadLog(*connection, options_.wait);
  Migrate(*connection);
  idle_.push_back(std::move(connection));
}

std::unique_ptr<Connection> Database::Open() const {
  auto connection = std::make_unique<Connection>(file_, options_.wait);
  if (options_.max_pages > 0) {
    connection->Execute(("PRAGMA max_page_count = " + std::to_string(options_.max_pages)).c_str());
  }
  return connection;
}

void Database::Rewrite() {
  try {
    const WriterTurn turn(*this);
    Borrowed connection(*this);
    (*connection).Run("VACUUM");
  } catch (const Error& error) {
    if (error.code() != Code::kUnavailable && error.code() != Code::kStorageFull) throw;
  }
  Scrub();
}

void Database::Scrub() {
  const WriterTurn turn(*this);
  Borrowed connection(*this);
  try {
    (*connection).Run("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (const Error& error) {
    if (error.code() != Code::kUnavailable) throw;
  }
}

}  // namespace tapmask::sqlite
