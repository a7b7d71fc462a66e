// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace tapmask {

// The name of a blob, or of a folder of them: parts with '/' between, as
// "{userId}/{videoId}/original.mp4". What can be a BlobKey is safe as a path below a folder, as an
// S3 key and in a URL:
//   - 1 to 8 parts of 1 to 100 characters of A-Z a-z 0-9 . _ -
//   - no part begins with '.', so there is no "..", no hidden file
//   - so no empty part, no '/' at either end, no '\', '%', NUL or other characters
class BlobKey {
 public:
  // Nothing for what is not of this form.
  static std::optional<BlobKey> Parse(std::string_view text);
  // For text that we make, of ids and literals. Throws kInvalidArgument.
  static BlobKey Make(std::string_view text);

  const std::string& text() const { return text_; }
  BlobKey Join(std::string_view more) const { return Make(text_ + "/" + std::string(more)); }
  auto operator<=>(const BlobKey&) const = default;

 private:
  explicit BlobKey(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace tapmask
