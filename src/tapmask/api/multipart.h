// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tapmask::api {

// One part of a form, as its header says.
struct FormPart {
  std::string name;  // At most 256 bytes.
  // As the browser sends it, without folders; empty: none, a plain field. At most 1,024 bytes of
  // UTF-8 without control characters.
  std::string filename;
  std::string content_type;  // Empty: none.
};

// Takes a multipart/form-data body apart (RFC 7578) as it comes in, in chunks of any size. What
// comes out does not depend on how the body was cut, but for where the data of a part is cut.
//
// Strict: whatever could be read in two ways is refused. Nothing stands before the first boundary,
// nothing but one line end behind the last; parts are not nested, not encoded and each has one
// Content-Disposition with a name. Memory: one chunk and a part's header. No I/O, no threads.
class MultipartParser {
 public:
  // Where the parts go; the views hold for the call. What they throw ends the parsing.
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void OnPart(const FormPart& part) = 0;
    virtual void OnData(std::string_view data) = 0;  // Never empty; of the part begun last.
    virtual void OnPartEnd() = 0;
  };
  struct Limits {
    size_t parts = 16;
    size_t header_bytes = 4 * 1024;  // Of one part.
    size_t header_fields = 16;
  };

  // From Content-Type. Throws HttpError 415 unsupported_content_type when that is not
  // multipart/form-data, 400 invalid_argument when the boundary is missing or malformed.
  static std::string BoundaryOf(std::string_view content_type);

  // `sink` must outlive the parser.
  MultipartParser(std::string_view boundary, Limits limits, Sink& sink);

  // Both throw kInvalidArgument for what is malformed or over a limit; then the parser is done for.
  void Feed(std::string_view chunk);
  void Finish();  // The body is over. Throws when it was cut off.

 private:
  enum class State { kStart, kAfterBoundary, kHeader, kData, kEnd };

  bool Step();  // False: needs more.
  bool StepStart();
  bool StepAfterBoundary();
  bool StepHeader();
  bool StepData();
  bool StepEnd();
  std::string_view Rest() const { return std::string_view(buffer_).substr(at_); }

  const std::string delimiter_;  // CR LF, two dashes, the boundary.
  const Limits limits_;
  Sink& sink_;
  State state_ = State::kStart;
  std::string buffer_;
  size_t at_ = 0;  // What stands before it in the buffer is done with.
  size_t parts_ = 0;
};

}  // namespace tapmask::api
