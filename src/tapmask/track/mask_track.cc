// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/mask_track.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <numeric>
#include <random>
#include <string_view>
#include <system_error>
#include <tuple>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/core/rle.h"
#include "tapmask/track/mask_track_lines.h"

namespace tapmask {
namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;

bool MeansFull(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

[[noreturn]] void ThrowFull(const std::string& log_text) {
  throw Error(Code::kStorageFull,
              "The disk is full, so the mask track could not be written; free some space and try "
              "again.",
              log_text);
}

[[noreturn]] void ThrowWriteError(const std::filesystem::path& path, int error) {
  const std::string log_text =
      fmt::format("{}: {}", path.string(), std::generic_category().message(error));
  if (MeansFull(error)) ThrowFull(log_text);
  throw Error(Code::kUnavailable, "The mask track could not be written; try again.", log_text);
}

[[noreturn]] void ThrowCannotCreate(const std::filesystem::path& path, int error) {
  const std::string reason = std::generic_category().message(error);
  if (MeansFull(error)) ThrowFull(fmt::format("{}: {}", path.string(), reason));
  throw Error(Code::kInvalidArgument,
              fmt::format("The mask track cannot be created ({}); choose a file in a folder that "
                          "exists and can be written.",
                          reason),
              path.string());
}

void SyncFolder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;  // The file is in place; some file systems cannot sync a folder.
  ::fsync(fd);
  ::close(fd);
}

std::filesystem::path FolderOf(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// `.NAME.XXXXXX.part` beside `path`.
std::filesystem::path PartPath(const std::filesystem::path& path) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;  // Of the name only; nothing in the file depends on it.
  std::string letters;
  for (int i = 0; i < 6; ++i) letters += kLetters[random() % kLetters.size()];
  return FolderOf(path) / fmt::format(".{}.{}.part", path.filename().string(), letters);
}

}  // namespace

// A file beside the one that is to be written, which is gone with this object unless it was moved
// into place.
class MaskTrackWriter::PartFile {
 public:
  explicit PartFile(const std::filesystem::path& beside) {
    buffer_.reserve(kBufferBytes);
    for (int attempt = 0; fd_ < 0; ++attempt) {
      path_ = PartPath(beside);
      fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd_ < 0 && (errno != EEXIST || attempt >= 100)) ThrowCannotCreate(beside, errno);
    }
  }

  ~PartFile() {
    ::close(fd_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  int64_t size() const { return size_; }

  void Append(std::string_view text) {
    if (buffer_.size() + text.size() > kBufferBytes) Flush();
    size_ += static_cast<int64_t>(text.size());
    if (text.size() > kBufferBytes) {
      WriteAll(text);
    } else {
      buffer_ += text;
    }
  }

  void Flush() {
    WriteAll(buffer_);
    buffer_.clear();
  }

  // What was appended and flushed.
  void Read(int64_t offset, std::string& into) const {
    size_t done = 0;
    while (done < into.size()) {
      const ssize_t n = ::pread(fd_, into.data() + done, into.size() - done,
                                static_cast<off_t>(offset) + static_cast<off_t>(done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) ThrowWriteError(path_, n < 0 ? errno : EIO);
      done += static_cast<size_t>(n);
    }
  }

  void MoveTo(const std::filesystem::path& path) {
    Flush();
    if (::fsync(fd_) != 0) ThrowWriteError(path_, errno);
    if (::rename(path_.c_str(), path.c_str()) != 0) ThrowCannotCreate(path, errno);
    path_.clear();
    SyncFolder(FolderOf(path));
  }

 private:
  void WriteAll(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::write(fd_, text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) ThrowWriteError(path_, errno);
      text.remove_prefix(static_cast<size_t>(n));
    }
  }

  std::filesystem::path path_;
  int fd_ = -1;
  int64_t size_ = 0;
  std::string buffer_;
};

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
  places_.push_back({record.frame, scratch_->size(), record.object, static_cast<int>(line.size())});
  scratch_->Append(line);
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
