// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/mask_track.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/core/rle.h"
#include "tapmask/track/mask_track_lines.h"
#include "tapmask/track/part_file.h"

namespace tapmask {
namespace {

constexpr int64_t kCopiedBytes = 1 << 20;  // At a time.

// Lines of a file that may be anything, one buffer at a time.
class LineReader {
 public:
  // Reads from where `file` stands.
  explicit LineReader(std::ifstream& file) : file_(file), buffer_(size_t{64} << 10, '\0') {}

  int64_t line() const { return line_; }      // Number of the last line, from 1.
  int64_t offset() const { return offset_; }  // Where it begins, from where the file stood.

  // The next line without its line feed; false at the end of the file. Throws kInvalidArgument
  // when it is too long.
  bool Next(std::string& text) {
    text.clear();
    offset_ = next_offset_;
    ++line_;
    while (true) {
      if (begin_ == end_ && !Fill()) {
        return !text.empty();
      }
      const char* from = buffer_.data() + begin_;
      const size_t left = end_ - begin_;
      const auto* feed = static_cast<const char*>(std::memchr(from, '\n', left));
      const size_t taken = feed ? static_cast<size_t>(feed - from) : left;
      if (text.size() + taken > kMaxMaskTrackLineBytes) RefuseLine(line_, "is longer than 64 MiB");
      text.append(from, taken);
      begin_ += taken + (feed ? 1 : 0);
      next_offset_ += static_cast<int64_t>(taken) + (feed ? 1 : 0);
      if (feed) return true;
    }
  }

 private:
  bool Fill() {
    file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    if (file_.bad()) {
      throw Error(Code::kInvalidArgument, "The mask file cannot be read; check the disk it is on.");
    }
    begin_ = 0;
    end_ = static_cast<size_t>(file_.gcount());
    return end_ > 0;
  }

  std::ifstream& file_;
  std::string buffer_;
  size_t begin_ = 0, end_ = 0;
  int64_t line_ = 0;
  int64_t offset_ = 0, next_offset_ = 0;
};

// Every record is one line, and the first line is the header.
int64_t LineOfRecord(size_t index) {
  return static_cast<int64_t>(index) + 2;
}

}  // namespace

MaskTrackWriter::MaskTrackWriter(std::filesystem::path path, MaskTrackHeader header)
    : path_(std::move(path)), header_(std::move(header)) {
  ParseHeaderLine(HeaderLine(header_), 1);
  std::error_code ignored;
  if (!path_.has_filename()) ThrowCannotCreate(path_, EINVAL);
  if (std::filesystem::is_directory(path_, ignored)) ThrowCannotCreate(path_, EISDIR);
  scratch_ = std::make_unique<PartFile>(path_);
}

MaskTrackWriter::~MaskTrackWriter() = default;

void MaskTrackWriter::Add(const MaskRecord& record) {
  const bool is_listed = std::any_of(
      header_.objects.begin(), header_.objects.end(),
      [&](const MaskTrackHeader::Object& object) { return object.id == record.object; });
  const bool is_valid = scratch_ && is_listed && record.frame >= 0 && record.confidence >= 0 &&
                        record.confidence <= 1 &&
                        record.mask.size() == Size{header_.width, header_.height} &&
                        (record.state != TrackState::kAbsent || record.mask.Empty());
  if (!is_valid) {
    throw Error(Code::kInternal, "The mask of a frame could not be kept.",
                fmt::format("bad record: object {} frame {} {} confidence {} {}x{}", record.object,
                            record.frame, TrackStateName(record.state), record.confidence,
                            record.mask.width(), record.mask.height()));
  }
  const std::string line = RecordLine(record);
  if (line.size() > kMaxMaskTrackLineBytes) {
    throw Error(Code::kTooLarge,
                fmt::format("The mask of frame {} is made of too many small pieces; give a "
                            "smoother one.",
                            record.frame));
  }
  Append(record.object, record.frame, line);
}

std::optional<Mask> MaskTrackWriter::Find(int object, int64_t frame) {
  const auto place = std::find_if(places_.rbegin(), places_.rend(), [&](const Place& p) {
    return p.object == object && p.frame == frame;
  });
  if (place == places_.rend()) return std::nullopt;
  scratch_->Flush();
  std::string line(static_cast<size_t>(place->length), '\0');
  scratch_->Read(place->offset, line);
  const auto record = std::get<ParsedRecord>(ParseLine(line, 1, header_));
  return DecodeRle(header_.width, header_.height, record.counts);
}

int64_t MaskTrackWriter::bytes() const {
  return scratch_->size();
}

void MaskTrackWriter::CopyRecords(int64_t begin, const std::filesystem::path& to) {
  scratch_->Flush();
  PartFile out(to);
  std::string lines;
  for (int64_t at = begin; at < scratch_->size(); at += static_cast<int64_t>(lines.size())) {
    lines.resize(static_cast<size_t>(std::min(scratch_->size() - at, kCopiedBytes)));
    scratch_->Read(at, lines);
    out.Append(lines);
  }
  out.MoveTo(to);
}

void MaskTrackWriter::AddRecords(const std::filesystem::path& from) {
  std::ifstream file(from, std::ios::binary);
  if (!file) throw Error(Code::kInvalidArgument, "Masks that were kept are not there any more.");
  LineReader lines(file);
  std::string line;
  while (lines.Next(line)) {
    const auto parsed = ParseLine(line, lines.line(), header_);
    const auto* record = std::get_if<ParsedRecord>(&parsed);
    if (!record) RefuseLine(lines.line(), "is no record");
    line += '\n';
    Append(record->summary.object, record->summary.frame, line);
  }
}

void MaskTrackWriter::Append(int object, int64_t frame, const std::string& line) {
  places_.push_back({frame, scratch_->size(), object, static_cast<int>(line.size())});
  scratch_->Append(line);
}

void MaskTrackWriter::Finish(int64_t frames) {
  const bool all_inside = std::all_of(places_.begin(), places_.end(),
                                      [&](const Place& place) { return place.frame < frames; });
  if (!scratch_ || !all_inside) {
    throw Error(Code::kInternal, "The mask track could not be finished.",
                scratch_ ? "a record is beyond the last frame" : "finished twice");
  }
  // Later records of one frame and object have higher offsets: the last of each is the one.
  std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
    return std::tie(a.frame, a.object, a.offset) < std::tie(b.frame, b.object, b.offset);
  });
  scratch_->Flush();
  PartFile out(path_);
  out.Append(HeaderLine(header_));
  std::string line;
  for (size_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    const bool is_replaced = i + 1 < places_.size() && places_[i + 1].frame == place.frame &&
                             places_[i + 1].object == place.object;
    if (is_replaced) continue;
    line.resize(static_cast<size_t>(place.length));
    scratch_->Read(place.offset, line);
    out.Append(line);
  }
  out.Append(EndLine(frames));
  out.MoveTo(path_);
  scratch_.reset();
}

namespace {

bool IsBefore(const MaskTrackReader::Summary& a, const MaskTrackReader::Summary& b) {
  return std::tie(a.frame, a.object) < std::tie(b.frame, b.object);
}

// The run lengths of the record at `offset`, which was read as `expected` before.
std::string CountsAt(std::ifstream& file, int64_t offset, const MaskTrackHeader& header,
                     const MaskTrackReader::Summary& expected) {
  file.clear();
  file.seekg(offset);
  try {
    LineReader lines(file);
    std::string text;
    lines.Next(text);
    const auto parsed = ParseLine(text, lines.line(), header);
    const auto* record = std::get_if<ParsedRecord>(&parsed);
    if (record && record->summary == expected) return record->counts;
  } catch (const Error&) {
    // Said below in words that fit: it was a valid line when the file was opened.
  }
  throw Error(Code::kInvalidArgument,
              "The mask file was changed while it was in use; leave it alone and try again.");
}

template <class T>
std::vector<T> Permuted(const std::vector<T>& values, const std::vector<size_t>& order) {
  std::vector<T> out;
  out.reserve(values.size());
  for (size_t i : order) out.push_back(values[i]);
  return out;
}

}  // namespace

MaskTrackReader::MaskTrackReader(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) file_.open(path, std::ios::binary);
  if (!file_.is_open()) {
    throw Error(Code::kInvalidArgument,
                "The mask file cannot be opened; check that it is there and may be read.",
                path.string());
  }
  LineReader lines(file_);
  std::string text;
  if (!lines.Next(text)) {
    throw Error(Code::kInvalidArgument, "The mask file is empty: it lacks line 1, its header.");
  }
  header_ = ParseHeaderLine(text, lines.line());
  bool is_complete = false;
  while (lines.Next(text)) {
    if (is_complete) RefuseLine(lines.line(), "stands after the end line");
    const auto parsed = ParseLine(text, lines.line(), header_);
    if (const auto* record = std::get_if<ParsedRecord>(&parsed)) {
      summaries_.push_back(record->summary);
      offsets_.push_back(lines.offset());
    } else {
      frames_ = std::get<ParsedEnd>(parsed).frames;
      is_complete = true;
    }
  }
  if (!is_complete) {
    RefuseLine(lines.line(), "is missing: the file ends without an end line, so it is incomplete");
  }
  for (size_t i = 0; i < summaries_.size(); ++i) {
    if (summaries_[i].frame >= frames_) {
      RefuseLine(LineOfRecord(i), fmt::format("is of frame {}, but the end line says {} frames",
                                              summaries_[i].frame, frames_));
    }
  }
  SortByFrame();
}

MaskTrackReader::~MaskTrackReader() = default;

void MaskTrackReader::SortByFrame() {
  std::vector<size_t> order(summaries_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return IsBefore(summaries_[a], summaries_[b]); });
  for (size_t i = 1; i < order.size(); ++i) {
    if (!IsBefore(summaries_[order[i - 1]], summaries_[order[i]])) {
      RefuseLine(LineOfRecord(order[i]), fmt::format("repeats the object and frame of line {}",
                                                     LineOfRecord(order[i - 1])));
    }
  }
  summaries_ = Permuted(summaries_, order);
  offsets_ = Permuted(offsets_, order);
}

std::vector<MaskRecord> MaskTrackReader::Frame(int64_t frame) {
  std::vector<MaskRecord> records;
  const auto first = std::lower_bound(
      summaries_.begin(), summaries_.end(), frame,
      [](const Summary& summary, int64_t wanted) { return summary.frame < wanted; });
  for (auto at = first; at != summaries_.end() && at->frame == frame; ++at) {
    const auto index = static_cast<size_t>(at - summaries_.begin());
    const std::string counts = CountsAt(file_, offsets_[index], header_, *at);
    records.push_back({at->object, at->frame, at->pts, at->state, at->confidence,
                       DecodeRle(header_.width, header_.height, counts)});
  }
  return records;
}

}  // namespace tapmask
