// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "tapmask/core/clock.h"
#include "tapmask/core/id.h"
#include "tapmask/storage/signing_keys.h"

namespace tapmask {

enum class LinkState {
  kGood,
  kExpired,  // Ours, but its time is over.
  kForged,   // Not what we signed: another method, path, user, time, or garbage.
};

struct CheckedLink {
  LinkState state = LinkState::kForged;
  UserId user_id;  // Whom it was given to; only when it is good.
};

// Links that let whoever has them fetch one file for a while, with no other credential: the query
//
//   expires=1767225600&user={userId}&key={id}&signature={64 hex digits}
//
// where the signature is HMAC-SHA256 over method, path, expiry and user id. A link ends with the
// file's life, and after 24 h at the latest.
//
// May be used from any thread; of several processes with the same file each knows all keys.
class UrlSigner {
 public:
  // See SigningKeys.
  UrlSigner(std::filesystem::path keys_file, Time now);

  // The query for a link to `path` ("/api/v1/…", as it will stand in the request's first line,
  // without a query); HEAD is allowed with a link for GET. Nothing: the file's life is over, or
  // will be within the second. `file_expires_at`: nothing for a file that is kept. Throws
  // kInvalidArgument for a method or path with other than printable ASCII, and for an empty id.
  std::optional<std::string> Sign(std::string_view method, std::string_view path,
                                  const UserId& user_id, std::optional<Time> file_expires_at,
                                  Time now);

  // Takes whatever came: `query` is what follows the '?'. Every member must be there, in this
  // order, and nothing else.
  CheckedLink Check(std::string_view method, std::string_view path, std::string_view query,
                    Time now);

  // Makes a new key when the current one is as old as that; links under earlier keys stay good.
  void Rotate(std::chrono::milliseconds max_age, Time now);

 private:
  bool Reload(Time now);  // False: the file is as it was when it was read.

  const std::filesystem::path keys_file_;
  std::mutex mutex_;
  SigningKeys keys_;                           // Under `mutex_`,
  std::filesystem::file_time_type read_at_{};  // with the file's time then.
};

}  // namespace tapmask
