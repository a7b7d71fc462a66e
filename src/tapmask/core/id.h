// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tapmask {

// A random UUID (RFC 9562, version 4) in lower case. 122 bits from the system's random numbers.
std::string NewUuid();
bool IsUuid(std::string_view text);  // Version 4, in lower case.

// The id of one kind of thing: a user's cannot be taken for a video's. Always a UUID, but for the
// empty one that a default makes.
template <class Tag>
class Id {
 public:
  Id() = default;
  static Id New() { return Id(NewUuid()); }
  // Nothing for what is no UUID, e.g. from a URL.
  static std::optional<Id> Parse(std::string_view text) {
    if (!IsUuid(text)) return std::nullopt;
    return Id(std::string(text));
  }

  const std::string& text() const { return text_; }
  bool Empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

using UserId = Id<struct UserTag>;
using VideoId = Id<struct VideoTag>;
using JobId = Id<struct JobTag>;
using UploadId = Id<struct UploadTag>;
using KeyId = Id<struct KeyTag>;
using MailId = Id<struct MailTag>;
using ReceiptId = Id<struct ReceiptTag>;

}  // namespace tapmask
