// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/form_file.h"

#include <algorithm>
#include <array>

#include "tapmask/api/error_response.h"

namespace tapmask::api {
namespace {

constexpr size_t kCopyBytes = 32 * 1024;
constexpr size_t kMostFieldBytes = 1'024;

}  // namespace

FormFile::FormFile(BodyReader& body, std::string_view content_type)
    : body_(body), parser_(MultipartParser::BoundaryOf(content_type), {}, *this) {}

void FormFile::OnPart(const FormPart& part) {
  is_in_file_ = part.name == "file";
  if (is_in_file_) {
    if (has_file_)
      throw HttpError(400, "file_missing", "The form has more than one part \"file\".");
    has_file_ = true;
    filename_ = part.filename;
  } else if (part.name != "userId" && part.name != "tierType") {
    throw Error(Code::kInvalidArgument, "The form has a part that is not known.");
  }
  other_bytes_ = 0;
}

void FormFile::OnData(std::string_view data) {
  if (is_in_file_) {
    data_ += data;
    return;
  }
  other_bytes_ += data.size();
  if (other_bytes_ > kMostFieldBytes) {
    throw Error(Code::kInvalidArgument, "A part of the form besides \"file\" is too long.");
  }
}

void FormFile::Finish() {
  try {
    parser_.Finish();
  } catch (const Error&) {
    throw HttpError(400, "file_missing", "The form ends before it is whole.");
  }
  if (!has_file_) throw HttpError(400, "file_missing", "The form has no part \"file\".");
  is_at_end_ = true;
}

Task<size_t> FormFile::Read(std::span<char> out) {
  while (at_ == data_.size() && !is_at_end_) {
    data_.clear();
    at_ = 0;
    std::array<char, kCopyBytes> piece;
    const size_t got = co_await body_.Read(piece);
    if (got > 0) {
      parser_.Feed(std::string_view(piece.data(), got));
    } else {
      Finish();
    }
  }
  const size_t size = std::min(out.size(), data_.size() - at_);
  std::copy_n(data_.begin() + static_cast<std::ptrdiff_t>(at_), size, out.begin());
  at_ += size;
  co_return size;
}

}  // namespace tapmask::api
