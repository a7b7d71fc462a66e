// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/multipart.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "tapmask/api/error_response.h"
#include "tapmask/api/http_message.h"
#include "tapmask/api/request_head.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

constexpr size_t kMostNameBytes = 256, kMostFilenameBytes = 1'024;

[[noreturn]] void RefuseForm(std::string_view what) {
  throw Error(Code::kInvalidArgument, "The form is malformed: " + std::string(what) + ".");
}

bool IsTokenChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsBoundaryChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

bool HasControls(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// A value and its parameters, `form-data; name="file"; filename="a.mp4"`.
struct Value {
  std::string_view value;
  std::vector<std::pair<std::string, std::string>> parameters;

  // Throws when it is there twice.
  std::optional<std::string> Parameter(std::string_view name) const {
    std::optional<std::string> found;
    for (const auto& [known, text] : parameters) {
      if (!EqualIgnoringCase(known, name)) continue;
      if (found) RefuseForm("a parameter is given twice");
      found = text;
    }
    return found;
  }
};

// The text between quotes, at the beginning of `rest`, of which it is taken away. Browsers write a
// quote inside as %22; others, with a backslash. Other backslashes are old Windows paths.
std::string TakeQuoted(std::string_view& rest) {
  std::string text;
  size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\')) ++i;
    text += rest[i];
  }
  if (i >= rest.size()) RefuseForm("a quote is not closed");
  rest.remove_prefix(i + 1);
  return text;
}

Value ParseValue(std::string_view text) {
  Value parsed;
  const size_t semicolon = std::min(text.find(';'), text.size());
  parsed.value = Trimmed(text.substr(0, semicolon));
  std::string_view rest = text.substr(semicolon);
  while (true) {
    rest = Trimmed(rest);
    if (rest.empty()) return parsed;
    if (rest.front() != ';') RefuseForm("a header field has something behind a parameter");
    rest = Trimmed(rest.substr(1));
    if (rest.empty()) return parsed;
    const size_t equals = rest.find('=');
    const std::string_view name = rest.substr(0, equals);
    if (equals == std::string_view::npos || name.empty() ||
        !std::all_of(name.begin(), name.end(), IsTokenChar)) {
      RefuseForm("a header field has a malformed parameter");
    }
    rest.remove_prefix(equals + 1);
    std::string value;
    if (rest.starts_with('"')) {
      value = TakeQuoted(rest);
    } else {
      const auto end = std::find_if_not(rest.begin(), rest.end(), IsTokenChar);
      value.assign(rest.begin(), end);
      rest.remove_prefix(value.size());
    }
    parsed.parameters.emplace_back(std::string(name), std::move(value));
  }
}

// Without folders, which old browsers send, and quotes as people typed them.
std::string FileName(std::string name) {
  const size_t slash = name.find_last_of("/\\");
  if (slash != std::string::npos) name.erase(0, slash + 1);
  for (size_t at = name.find("%22"); at != std::string::npos; at = name.find("%22", at)) {
    name.replace(at, 3, "\"");
  }
  return name;
}

class PartHeader {
 public:
  void Add(std::string_view line) {
    const size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || name.empty() ||
        !std::all_of(name.begin(), name.end(), IsTokenChar)) {
      RefuseForm("a part has a malformed header field");
    }
    const std::string_view value = Trimmed(line.substr(colon + 1));
    if (HasControls(value)) RefuseForm("a part's header field has control characters");
    if (EqualIgnoringCase(name, "Content-Disposition")) {
      Disposition(value);
    } else if (EqualIgnoringCase(name, "Content-Type")) {
      if (has_type_) RefuseForm("a part has two Content-Types");
      has_type_ = true;
      if (value.size() >= 10 && EqualIgnoringCase(value.substr(0, 10), "multipart/")) {
        RefuseForm("parts must not be nested");
      }
      part_.content_type = value;
    } else if (EqualIgnoringCase(name, "Content-Transfer-Encoding")) {
      const bool is_plain = EqualIgnoringCase(value, "binary") ||
                            EqualIgnoringCase(value, "8bit") || EqualIgnoringCase(value, "7bit");
      if (!is_plain) RefuseForm("parts must not be encoded");
    }
  }

  FormPart Take() {
    if (!has_disposition_) RefuseForm("a part has no Content-Disposition");
    return std::move(part_);
  }

 private:
  void Disposition(std::string_view text) {
    if (std::exchange(has_disposition_, true)) RefuseForm("a part has two Content-Dispositions");
    const Value value = ParseValue(text);
    if (!EqualIgnoringCase(value.value, "form-data")) RefuseForm("a part is no form data");
    const auto name = value.Parameter("name");
    if (!name || name->empty() || name->size() > kMostNameBytes || !IsUtf8(*name)) {
      RefuseForm("a part's name is missing or malformed");
    }
    part_.name = *name;
    const auto filename = value.Parameter("filename");
    if (!filename) return;
    if (filename->size() > kMostFilenameBytes || !IsUtf8(*filename)) {
      RefuseForm("a file's name is too long or malformed");
    }
    part_.filename = FileName(*filename);
  }

  FormPart part_;
  bool has_disposition_ = false, has_type_ = false;
};

}  // namespace

std::string MultipartParser::BoundaryOf(std::string_view content_type) {
  const Value value = ParseValue(content_type);
  if (!EqualIgnoringCase(value.value, "multipart/form-data")) {
    throw HttpError(415, "unsupported_content_type",
                    "The request's Content-Type must be multipart/form-data.");
  }
  const auto boundary = value.Parameter("boundary");
  const bool is_fine = boundary && !boundary->empty() && boundary->size() <= 70 &&
                       boundary->back() != ' ' &&
                       std::all_of(boundary->begin(), boundary->end(), IsBoundaryChar);
  if (!is_fine) RefuseForm("its boundary is missing or malformed");
  return *boundary;
}

MultipartParser::MultipartParser(std::string_view boundary, Limits limits, Sink& sink)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits), sink_(sink) {}

void MultipartParser::Feed(std::string_view chunk) {
  buffer_.erase(0, std::exchange(at_, 0));
  buffer_ += chunk;
  while (Step()) {
  }
}

void MultipartParser::Finish() {
  if (state_ != State::kEnd) RefuseForm("it was cut off");
  if (Rest() == "\r") RefuseForm("something stands behind its end");
}

bool MultipartParser::Step() {
  switch (state_) {
    case State::kStart: return StepStart();
    case State::kAfterBoundary: return StepAfterBoundary();
    case State::kHeader: return StepHeader();
    case State::kData: return StepData();
    case State::kEnd: return StepEnd();
  }
  return false;
}

bool MultipartParser::StepStart() {
  const std::string_view first = std::string_view(delimiter_).substr(2);
  const std::string_view rest = Rest();
  const size_t known = std::min(first.size(), rest.size());
  if (rest.substr(0, known) != first.substr(0, known))
    RefuseForm("it does not begin with its boundary");
  if (known < first.size()) return false;
  at_ += first.size();
  state_ = State::kAfterBoundary;
  return true;
}

bool MultipartParser::StepAfterBoundary() {
  const std::string_view rest = Rest();
  // Told at the first wrong byte, so that it does not depend on where the chunks end.
  if (!rest.empty() && rest[0] != '\r' && rest[0] != '-')
    RefuseForm("something follows a boundary");
  if (rest.size() < 2) return false;
  const std::string_view mark = rest.substr(0, 2);
  if (mark == "--") {
    if (parts_ == 0) RefuseForm("it has no parts");
    state_ = State::kEnd;
  } else if (mark == "\r\n") {
    if (++parts_ > limits_.parts) RefuseForm("it has too many parts");
    state_ = State::kHeader;
  } else {
    RefuseForm("something follows a boundary");
  }
  at_ += 2;
  return true;
}

bool MultipartParser::StepHeader() {
  const std::string_view rest = Rest();
  if (rest.starts_with("\r\n")) RefuseForm("a part has no Content-Disposition");
  const size_t end = rest.find("\r\n\r\n");
  // Without its end, up to three bytes of that may be there.
  const size_t least =
      end == std::string_view::npos ? rest.size() - std::min<size_t>(rest.size(), 3) : end;
  if (least > limits_.header_bytes) RefuseForm("a part's header is too large");
  if (end == std::string_view::npos) return false;
  PartHeader header;
  std::string_view lines = rest.substr(0, end);
  for (size_t fields = 1; !lines.empty(); ++fields) {
    if (fields > limits_.header_fields) RefuseForm("a part has too many header fields");
    const size_t line_end = std::min(lines.find("\r\n"), lines.size());
    header.Add(lines.substr(0, line_end));
    lines.remove_prefix(std::min(line_end + 2, lines.size()));
  }
  const FormPart part = header.Take();
  at_ += end + 4;
  state_ = State::kData;
  sink_.OnPart(part);
  return true;
}

bool MultipartParser::StepData() {
  const std::string_view rest = Rest();
  const size_t found = rest.find(delimiter_);
  const bool is_whole = found != std::string_view::npos;
  // The last bytes may be the beginning of the delimiter.
  const size_t sure = is_whole                          ? found
                      : rest.size() < delimiter_.size() ? 0
                                                        : rest.size() - delimiter_.size() + 1;
  if (sure > 0) sink_.OnData(rest.substr(0, sure));
  at_ += sure;
  if (!is_whole) return false;
  at_ += delimiter_.size();
  state_ = State::kAfterBoundary;
  sink_.OnPartEnd();
  return true;
}

bool MultipartParser::StepEnd() {
  if (!std::string_view("\r\n").starts_with(Rest())) RefuseForm("something stands behind its end");
  return false;
}

}  // namespace tapmask::api
