// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tapmask/core/clock.h"
#include "tapmask/core/id.h"
#include "tapmask/jobs/credential_store.h"

struct sqlite3;
struct sqlite3_stmt;

// A thin hold on SQLite. Its codes become tapmask::Error in here.
namespace tapmask::sqlite {

class Connection;

// One statement with its values, about to be stepped through. Back in the connection's cache when
// it goes; must not outlive the connection.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // The next row, of which the columns below are read from left to right. False: no more.
  bool Step();

  int64_t Int();
  int IntValue() { return static_cast<int>(Int()); }
  bool Bool() { return Int() != 0; }
  double Real();
  std::string Text();
  tapmask::Time Time();
  std::optional<int64_t> MaybeInt();
  std::optional<tapmask::Time> MaybeTime();
  TokenHash Hash();
  // Empty where the text is. Throws kInternal when it is no id.
  template <class IdType>
  IdType Id() {
    const std::string text = Text();
    if (text.empty()) return IdType();
    const std::optional<IdType> id = IdType::Parse(text);
    if (!id) ThrowDamaged();
    return *id;
  }
  // A name that must be known, e.g. Named(ParseTier).
  template <class Value>
  Value Named(std::optional<Value> (*parse)(std::string_view)) {
    const std::optional<Value> value = parse(Text());
    if (!value) ThrowDamaged();
    return *value;
  }
  bool IsNull() const;  // The column that comes next.
  void Skip(int columns) { column_ += columns; }

 private:
  friend class Connection;
  Statement(Connection* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}

  void Bind(int index, int64_t value);
  void Bind(int index, int value) { Bind(index, static_cast<int64_t>(value)); }
  void Bind(int index, bool value) { Bind(index, static_cast<int64_t>(value)); }
  void Bind(int index, double value);
  void Bind(int index, std::string_view text);
  void Bind(int index, const std::string& text) { Bind(index, std::string_view(text)); }
  void Bind(int index, const char* text) { Bind(index, std::string_view(text)); }
  void Bind(int index, const TokenHash& hash);
  void Bind(int index, tapmask::Time time) { Bind(index, time.time_since_epoch().count()); }
  void Bind(int index, std::nullopt_t);
  template <class Tag>
  void Bind(int index, const tapmask::Id<Tag>& id) {
    Bind(index, std::string_view(id.text()));
  }
  template <class Value>
  void Bind(int index, const std::optional<Value>& value) {
    value ? Bind(index, *value) : Bind(index, std::nullopt);
  }
  [[noreturn]] static void ThrowDamaged();

  Connection* connection_;
  sqlite3_stmt* statement_;
  int column_ = 0;
};

// For one thread at a time.
class Connection {
 public:
  // The file must be there. `wait` says how long to wait for another process's lock before
  // kUnavailable.
  Connection(const std::filesystem::path& file, std::chrono::milliseconds wait);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Statements without values or rows, one after the other.
  void Execute(const char* sql);

  // The values stand for ?1, ?2, ... `sql` is prepared once and kept: do not put values into it.
  template <class... Values>
  Statement Query(std::string_view sql, const Values&... values) {
    Statement statement = Prepare(sql);
    int index = 0;
    (statement.Bind(++index, values), ...);
    return statement;
  }
  // The same, to the end; returns how many rows were inserted, changed or deleted.
  template <class... Values>
  int64_t Run(std::string_view sql, const Values&... values) {
    Statement statement = Query(sql, values...);
    while (statement.Step()) {
    }
    return Changes();
  }
  // Whether there is a row.
  template <class... Values>
  bool Exists(std::string_view sql, const Values&... values) {
    return Query(sql, values...).Step();
  }

  bool InTransaction() const;

 private:
  friend class Statement;
  struct Deadline;
  struct Closer {
    void operator()(sqlite3* db) const;
  };

  Statement Prepare(std::string_view sql);
  int64_t Changes() const;
  [[noreturn]] void Throw(int code) const;
  void Check(int code) const;

  std::unique_ptr<Deadline> deadline_;
  std::unique_ptr<sqlite3, Closer> db_;
  std::map<std::string, sqlite3_stmt*, std::less<>> idle_;  // Prepared, not in use.
};

}  // namespace tapmask::sqlite
