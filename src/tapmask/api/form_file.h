// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tapmask/api/http_message.h"
#include "tapmask/api/multipart.h"

namespace tapmask::api {

// The part `file` of a form, as if it were the whole body of the request. Other parts are checked
// and read over: `userId` and `tierType`, of which the credential knows better.
class FormFile final : public BodyReader, private MultipartParser::Sink {
 public:
  // What a form has at most besides the file's bytes.
  static constexpr int64_t kMostOtherBytes = 128 * 1024;

  // `body` must outlive it. Throws as MultipartParser::BoundaryOf.
  FormFile(BodyReader& body, std::string_view content_type);

  // Throws HttpError 400 file_missing when there is no part `file`, more than one, or the form ends
  // before it is whole; kInvalidArgument for what is malformed.
  Task<size_t> Read(std::span<char> out) override;
  std::optional<int64_t> length_bytes() const override { return std::nullopt; }

  const std::string& filename() const { return filename_; }  // Once its bytes have come.

 private:
  void OnPart(const FormPart& part) override;
  void OnData(std::string_view data) override;
  void OnPartEnd() override {}
  void Finish();

  BodyReader& body_;
  MultipartParser parser_;
  std::string data_;  // Of the file, from `at_` on.
  size_t at_ = 0;
  std::string filename_;
  bool has_file_ = false, is_in_file_ = false, is_at_end_ = false;
  size_t other_bytes_ = 0;
};

}  // namespace tapmask::api
