// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/mask_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/jobs/bounds.h"

namespace tapmask::api {
namespace {

using Json = nlohmann::json;

constexpr int64_t kMostLineBytes = int64_t{64} << 20;
constexpr int64_t kPieceBytes = 64 * 1024;    // Of what is read at once.
constexpr int64_t kMostEndLineBytes = 4'096;  // Of the last line.
constexpr int64_t kPrefixBytes = 64;          // Of a line, with its object and frame.
constexpr int kMostSide = 16'384;
constexpr int64_t kMostPixels = int64_t{1} << 26;
constexpr int64_t kMostRatio = 2'147'483'647;
constexpr int64_t kMostPts = 9'007'199'254'740'991;
constexpr int kMostLineDepth = 8;

[[noreturn]] void Malformed(std::string_view what) {
  throw Error(Code::kInternal, "The masks of this job cannot be read.",
              "masks.jsonl: " + std::string(what));
}

Json Parsed(std::string_view line) {
  const auto check = [](int depth, Json::parse_event_t, Json&) {
    if (depth > kMostLineDepth) Malformed("a line is nested too deeply");
    return true;
  };
  Json json = Json::parse(line, check, false);
  if (!json.is_object()) Malformed("a line is no object");
  return json;
}

const Json& At(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) Malformed(key);
  return *found;
}

int64_t Whole(const Json& value, const char* key, int64_t least, int64_t most) {
  if (!value.is_number_integer()) Malformed(key);
  if (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) {
    Malformed(key);
  }
  const auto number = value.get<int64_t>();
  if (number < least || number > most) Malformed(key);
  return number;
}

std::string Text(const Json& json, const char* key) {
  const Json& value = At(json, key);
  if (!value.is_string()) Malformed(key);
  return value.get<std::string>();
}

std::vector<int64_t> Numbers(const Json& json, const char* key, size_t count, int64_t least,
                             int64_t most) {
  const Json& list = At(json, key);
  if (!list.is_array() || list.size() != count) Malformed(key);
  std::vector<int64_t> numbers;
  for (const Json& value : list) numbers.push_back(Whole(value, key, least, most));
  return numbers;
}

Rational Ratio(const Json& json, const char* key) {
  const auto parts = Numbers(json, key, 2, 1, kMostRatio);
  return {parts[0], parts[1]};
}

MaskFile::Header HeaderFrom(const Json& json) {
  if (Text(json, "format") != "tapmask-masks" || At(json, "version") != 1) Malformed("format");
  MaskFile::Header header;
  header.width = static_cast<int>(Whole(At(json, "width"), "width", 1, kMostSide));
  header.height = static_cast<int>(Whole(At(json, "height"), "height", 1, kMostSide));
  if (int64_t{header.width} * header.height > kMostPixels) Malformed("width");
  header.sample_aspect = Ratio(json, "sample_aspect");
  header.time_base = Ratio(json, "time_base");
  header.engine = Text(json, "engine");
  if (header.engine.empty() || header.engine.size() > 64 ||
      header.engine.find_first_not_of(kNameCharacters) != std::string::npos) {
    Malformed("engine");
  }
  return header;
}

MaskFile::Record RecordFrom(const Json& json, const MaskFile::Header& header) {
  MaskFile::Record record;
  record.object = static_cast<int>(Whole(At(json, "object"), "object", 1, 32));
  record.frame = Whole(At(json, "frame"), "frame", 0, kMostFrames);
  record.pts = Whole(At(json, "pts"), "pts", -kMostPts, kMostPts);
  const auto state = TrackStateFromName(Text(json, "state"));
  if (!state) Malformed("state");
  record.state = *state;
  const Json& confidence = At(json, "confidence");
  record.confidence = confidence.is_number() ? confidence.get<double>() : std::nan("");
  if (!(record.confidence >= 0 && record.confidence <= 1)) Malformed("confidence");
  const auto box = Numbers(json, "bbox", 4, 0, kMostSide);
  record.bounding_box = {static_cast<int>(box[0]), static_cast<int>(box[1]),
                         static_cast<int>(box[2]), static_cast<int>(box[3])};
  const Json& rle = At(json, "rle");
  if (!rle.is_object()) Malformed("rle");
  const auto size = Numbers(rle, "size", 2, 1, kMostSide);
  if (size[0] != header.height || size[1] != header.width) Malformed("size");
  record.rle = Text(rle, "counts");
  return record;
}

// The number that `text` has after `key`; what follows it is left in `text`.
std::optional<int64_t> TakeNumber(std::string_view& text, std::string_view key) {
  if (!text.starts_with(key)) return std::nullopt;
  text.remove_prefix(key.size());
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

// The frame of the record that a line begins with, without the rest of the line.
int64_t FrameOf(std::string_view beginning) {
  if (!TakeNumber(beginning, R"({"object":)")) Malformed("a line does not begin as we write it");
  const auto frame = TakeNumber(beginning, R"(,"frame":)");
  if (!frame || *frame < 0 || !beginning.starts_with(',')) {
    Malformed("a line does not begin as we write it");
  }
  return *frame;
}

}  // namespace

// Reads on from a place, a piece at a time.
class MaskFile::Lines {
 public:
  Lines(BlobReader& file, int64_t offset) : file_(file), next_(offset) {}

  // Where the next line begins.
  int64_t offset() const { return next_ - static_cast<int64_t>(buffer_.size() - at_); }

  // A line without its line feed; false at the end of the file.
  bool Next(std::string& line) {
    line.clear();
    while (true) {
      if (at_ == buffer_.size() && !Fill()) return !line.empty();
      const std::string_view rest = std::string_view(buffer_).substr(at_);
      const size_t feed = rest.find('\n');
      const size_t taken = feed == std::string_view::npos ? rest.size() : feed;
      if (static_cast<int64_t>(line.size() + taken) > kMostLineBytes) {
        Malformed("a line is too long");
      }
      line.append(rest.substr(0, taken));
      at_ += taken;
      if (feed == std::string_view::npos) continue;
      ++at_;
      return true;
    }
  }

  // To behind the next line feed; false when there is none before `limit`.
  bool SkipLine(int64_t limit) {
    while (offset() < limit) {
      if (at_ == buffer_.size() && !Fill()) return false;
      const std::string_view rest = std::string_view(buffer_).substr(at_);
      const size_t feed = rest.find('\n');
      at_ += feed == std::string_view::npos ? rest.size() : feed + 1;
      if (feed != std::string_view::npos) return offset() < limit;
    }
    return false;
  }

  // What the next line begins with.
  std::string Beginning() {
    std::string text(static_cast<size_t>(kPrefixBytes), '\0');
    text.resize(file_.ReadAt(offset(), std::as_writable_bytes(std::span(text))));
    return text;
  }

 private:
  bool Fill() {
    buffer_.resize(static_cast<size_t>(kPieceBytes));
    buffer_.resize(file_.ReadAt(next_, std::as_writable_bytes(std::span(buffer_))));
    at_ = 0;
    next_ += static_cast<int64_t>(buffer_.size());
    return !buffer_.empty();
  }

  BlobReader& file_;
  std::string buffer_;
  size_t at_ = 0;  // What stands before it in the buffer was taken.
  int64_t next_;   // Where the file goes on after the buffer.
};

MaskFile::MaskFile(BlobReader& file) : file_(file) {
  Lines lines(file_, 0);
  std::string line;
  if (!lines.Next(line)) Malformed("is empty");
  header_ = HeaderFrom(Parsed(line));
  begin_ = lines.offset();

  const int64_t size = file_.size_bytes();
  const int64_t tail_begin = std::max<int64_t>(0, size - kMostEndLineBytes);
  std::string tail(static_cast<size_t>(size - tail_begin), '\0');
  tail.resize(file_.ReadAt(tail_begin, std::as_writable_bytes(std::span(tail))));
  if (tail.ends_with('\n')) tail.pop_back();
  const size_t feed = tail.rfind('\n');
  if (feed == std::string::npos) Malformed("has no last line");
  const Json end = Parsed(std::string_view(tail).substr(feed + 1));
  if (At(end, "end") != true) Malformed("has no last line");
  frames_ = Whole(At(end, "frames"), "frames", 0, kMostFrames);
  end_ = tail_begin + static_cast<int64_t>(feed) + 1;
  if (end_ < begin_) Malformed("has no last line");
}

int64_t MaskFile::FindLine(int64_t from) {
  // All lines that begin before `low` are of earlier frames, none that begins at `high` or later.
  int64_t low = begin_, high = end_;
  while (high - low > kPieceBytes) {
    const int64_t middle = low + (high - low) / 2;
    Lines lines(file_, middle);
    if (lines.SkipLine(high) && FrameOf(lines.Beginning()) < from) {
      low = lines.offset();
    } else {
      high = middle + 1;  // No line begins between it and the one that was looked at.
    }
  }
  return low;
}

void MaskFile::ForEachFrom(int64_t from, const std::function<bool(Record&&)>& take) {
  Lines lines(file_, FindLine(from));
  std::string line;
  while (lines.offset() < end_ && lines.Next(line)) {
    if (FrameOf(line) < from) continue;
    if (!take(RecordFrom(Parsed(line), header_))) return;
  }
}

}  // namespace tapmask::api
