// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tapmask {

// The inner state of a program as bytes, so that another process of the same build, on the same
// kind of machine, can go on from there. No format to keep: there is nothing in it but the values.
//
// A type lists its members once, for both ways:  void Archive(StateArchive& a) { a(x_, y_); }
// or, when it is not ours, by a function  void Archive(StateArchive& a, Type& value)  in tapmask.
//
// Restoring throws Error, kInvalidArgument, when bytes are missing. What is listed here takes no
// more memory than a small multiple of the bytes. It does not see that values make no sense: keep a
// checksum of what was away. Not thread-safe.
class StateArchive {
 public:
  using Sink = std::function<void(const std::string& bytes)>;

  StateArchive() = default;  // Saves into `bytes`.
  // Saves piece by piece, so that the whole need not be in memory: the rest comes with `Flush`.
  explicit StateArchive(Sink sink) : sink_(std::move(sink)) {}
  explicit StateArchive(std::string bytes)
      : bytes_(std::move(bytes)), saves_(false) {}  // Restores.

  bool saves() const { return saves_; }
  const std::string& bytes() const { return bytes_; }
  void Flush();
  // Everything was restored.
  bool AtEnd() const { return at_ == bytes_.size(); }

  template <class... T>
  void operator()(T&... values) {
    (One(values), ...);
  }

  // `count` bytes as they are, to or from `data`.
  void Raw(void* data, size_t count);

  // A number of elements that take at least `bytes_each`, >= 1, each.
  size_t Count(size_t count, size_t bytes_each);

 private:
  template <class T>
  static constexpr bool kIsPlain =
      !std::is_pointer_v<T> &&
      (std::is_arithmetic_v<T> || std::is_enum_v<T> || std::has_unique_object_representations_v<T>);

  template <class T>
  void One(T& value) {
    if constexpr (requires { value.Archive(*this); }) {
      value.Archive(*this);
    } else if constexpr (kIsPlain<T>) {
      Raw(&value, sizeof(T));
    } else {
      Archive(*this, value);
    }
  }

  void One(std::string& value) {
    value.resize(Count(value.size(), 1));
    Raw(value.data(), value.size());
  }

  template <class T>
  void One(std::optional<T>& value) {
    bool has_value = value.has_value();
    One(has_value);
    if (!saves_) value.reset();
    if (has_value) One(saves_ ? *value : value.emplace());
  }

  template <class T, size_t kCount>
  void One(std::array<T, kCount>& values) {
    for (T& value : values) One(value);
  }

  template <class T>
  void One(std::vector<T>& values) {
    if constexpr (kIsPlain<T>) {
      values.resize(Count(values.size(), sizeof(T)));
      Raw(values.data(), values.size() * sizeof(T));
    } else {
      OneByOne(values);
    }
  }

  template <class T>
  void One(std::deque<T>& values) {
    OneByOne(values);
  }

  template <class Values>
  void OneByOne(Values& values) {
    const size_t count = Count(values.size(), 1);
    if (!saves_) values.clear();
    for (size_t i = 0; i < count; ++i) One(saves_ ? values[i] : values.emplace_back());
  }

  template <class Key, class T>
  void One(std::map<Key, T>& values) {
    const size_t count = Count(values.size(), sizeof(Key));
    if (saves_) {
      for (auto& [key, value] : values) {
        Key copy = key;
        (*this)(copy, value);
      }
      return;
    }
    values.clear();
    for (size_t i = 0; i < count; ++i) {
      Key key{};
      One(key);
      One(values[key]);
    }
  }

  Sink sink_;
  std::string bytes_;
  size_t at_ = 0;  // In `bytes_`: what comes next when restoring.
  bool saves_ = true;
};

}  // namespace tapmask
