// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/connection.h"

#include <algorithm>
#include <chrono>
#include <sqlite3.h>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "tapmask/core/error.h"

namespace tapmask::sqlite {
namespace {

using std::chrono::steady_clock;

constexpr auto kPause = std::chrono::milliseconds(1);

Error Translated(int code, const std::string& log_text) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Code::kUnavailable, "The service is too busy; try again in a moment.", log_text};
    case SQLITE_FULL:
      return {Code::kStorageFull, "The disk of the service is full; try again later.", log_text};
    case SQLITE_CONSTRAINT:
      switch (code) {
        case SQLITE_CONSTRAINT_FOREIGNKEY:
        case SQLITE_CONSTRAINT_TRIGGER:  // Of a closed account.
          return {Code::kNotFound, "There is no such account.", log_text};
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_UNIQUE: return {Code::kConflict, "It is there already.", log_text};
        default: break;
      }
      break;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
      // No room for the index of the -wal file.
      if (code == SQLITE_IOERR_SHMSIZE) {
        return {Code::kStorageFull, "The disk of the service is full; try again later.", log_text};
      }
      return {Code::kUnavailable, "The service cannot reach its data; try again later.", log_text};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Code::kInternal, "The service's data is damaged; ask who runs it.", log_text};
    default: break;
  }
  return {Code::kInternal, "Something went wrong in the service.", log_text};
}

}  // namespace

// SQLite's own busy timeout waits longer and longer between its tries, up to 0.1 s, and a process
// that writes without a break is never caught between two transactions. So we look every
// millisecond.
struct Connection::Deadline {
  std::chrono::milliseconds wait;
  steady_clock::time_point end;

  static int WaitOnce(void* self, int tries) {
    auto& deadline = *static_cast<Deadline*>(self);
    const auto now = steady_clock::now();
    if (tries == 0) deadline.end = now + deadline.wait;
    if (now >= deadline.end) return 0;
    std::this_thread::sleep_for(kPause);
    return 1;
  }
};

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      column_(other.column_) {}

Statement::~Statement() {
  if (!statement_) return;
  sqlite3_reset(statement_);  // Its code is that of the last step, which was looked at.
  sqlite3_clear_bindings(statement_);
  const bool is_kept = connection_->idle_.try_emplace(sqlite3_sql(statement_), statement_).second;
  if (!is_kept) sqlite3_finalize(statement_);  // It was in use twice at once.
}

bool Statement::Step() {
  column_ = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_->Throw(code);
  return false;
}

int64_t Statement::Int() {
  return sqlite3_column_int64(statement_, column_++);
}

double Statement::Real() {
  return sqlite3_column_double(statement_, column_++);
}

std::string Statement::Text() {
  const int column = column_++;
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  // NUL bytes are bytes like others.
  return text ? std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement_, column)))
              : std::string();
}

Time Statement::Time() {
  return tapmask::Time(std::chrono::milliseconds(Int()));
}

bool Statement::IsNull() const {
  return sqlite3_column_type(statement_, column_) == SQLITE_NULL;
}

std::optional<int64_t> Statement::MaybeInt() {
  if (!IsNull()) return Int();
  ++column_;
  return std::nullopt;
}

std::optional<Time> Statement::MaybeTime() {
  if (!IsNull()) return Time();
  ++column_;
  return std::nullopt;
}

TokenHash Statement::Hash() {
  const int column = column_++;
  TokenHash hash{};
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (sqlite3_column_bytes(statement_, column) != static_cast<int>(hash.size())) ThrowDamaged();
  std::copy_n(static_cast<const uint8_t*>(bytes), hash.size(), hash.begin());
  return hash;
}

void Statement::Bind(int index, int64_t value) {
  connection_->Check(sqlite3_bind_int64(statement_, index, value));
}

void Statement::Bind(int index, double value) {
  connection_->Check(sqlite3_bind_double(statement_, index, value));
}

void Statement::Bind(int index, std::string_view text) {
  // An empty view may point nowhere, which would be NULL.
  connection_->Check(sqlite3_bind_text64(statement_, index, text.empty() ? "" : text.data(),
                                         text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::Bind(int index, const TokenHash& hash) {
  connection_->Check(
      sqlite3_bind_blob64(statement_, index, hash.data(), hash.size(), SQLITE_TRANSIENT));
}

void Statement::Bind(int index, std::nullopt_t) {
  connection_->Check(sqlite3_bind_null(statement_, index));
}

void Statement::ThrowDamaged() {
  throw Translated(SQLITE_CORRUPT, "a column holds what was never written");
}

void Connection::Closer::operator()(sqlite3* db) const {
  sqlite3_close(db);
}

Connection::Connection(const std::filesystem::path& file, std::chrono::milliseconds wait)
    : deadline_(new Deadline{wait, {}}) {
  sqlite3* db = nullptr;
  const int code =
      sqlite3_open_v2(std::filesystem::absolute(file).c_str(), &db,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  db_.reset(db);
  Check(code);
  sqlite3_busy_handler(db, Deadline::WaitOnce, deadline_.get());
  // A commit is on the disk when it returns; what is deleted is overwritten; nothing of a query is
  // put into files elsewhere.
  Execute(
      "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;"
      "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF");
}

Connection::~Connection() {
  for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
}

void Connection::Execute(const char* sql) {
  Check(sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr));
}

Statement Connection::Prepare(std::string_view sql) {
  if (const auto found = idle_.find(sql); found != idle_.end()) {
    Statement statement(this, found->second);
    idle_.erase(found);
    return statement;
  }
  sqlite3_stmt* statement = nullptr;
  Check(sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  return Statement(this, statement);
}

int64_t Connection::Changes() const {
  return sqlite3_changes64(db_.get());
}

bool Connection::InTransaction() const {
  return sqlite3_get_autocommit(db_.get()) == 0;
}

void Connection::Throw(int code) const {
  throw Translated(code, fmt::format("sqlite {}: {}", code,
                                     db_ ? sqlite3_errmsg(db_.get()) : sqlite3_errstr(code)));
}

void Connection::Check(int code) const {
  if (code != SQLITE_OK) Throw(code);
}

}  // namespace tapmask::sqlite
