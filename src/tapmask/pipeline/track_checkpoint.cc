// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/track_checkpoint.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "tapmask/core/build_id.h"
#include "tapmask/core/error.h"
#include "tapmask/media/sha256.h"
#include "tapmask/track/mask_track_lines.h"
#include "tapmask/track/part_file.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

constexpr size_t kHashLength = 64;  // Hexadecimal digits.

std::string HashOf(const std::string& bytes) {
  Sha256 hash;
  hash.Add(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  return hash.Hex();
}

// The numbers N of the files state.N, the latest first.
std::vector<size_t> Numbers(const fs::path& folder) {
  std::vector<size_t> numbers;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().stem() != "state") continue;
    const std::string digits = entry.path().extension().string();
    size_t number = 0;
    const char* const end = digits.data() + digits.size();
    if (digits.size() > 1 && std::from_chars(digits.data() + 1, end, number).ptr == end) {
      numbers.push_back(number);
    }
  }
  std::sort(numbers.rbegin(), numbers.rend());
  return numbers;
}

}  // namespace

TrackCheckpoint::TrackCheckpoint(CheckpointOptions options, const MaskTrackHeader& header,
                                 MaskTrackWriter& track, std::function<void(StateArchive&)> archive)
    : options_(std::move(options)),
      job_(std::string(BuildId()) + "\n" + HeaderLine(header)),
      track_(track),
      archive_(std::move(archive)) {}

fs::path TrackCheckpoint::File(const char* kind, size_t number) const {
  return options_.folder / fmt::format("{}.{}", kind, number);
}

void TrackCheckpoint::Restore() {
  if (options_.folder.empty()) return;
  for (const size_t number : Numbers(options_.folder)) {
    if (RestoreFrom(File("state", number))) return;
  }
  Remove();
}

// False: nothing was changed.
bool TrackCheckpoint::RestoreFrom(const fs::path& state) {
  std::ifstream file(state, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.size() < kHashLength) return false;
  const std::string hash = bytes.substr(bytes.size() - kHashLength);
  bytes.resize(bytes.size() - kHashLength);
  if (HashOf(bytes) != hash) return false;

  StateArchive archive(std::move(bytes));
  std::string job;
  archive(job);
  if (job != job_) return false;
  std::vector<Part> parts;
  archive(parts);
  for (size_t i = 0; i < parts.size(); ++i) {
    std::error_code error;
    const fs::path records = File("records", i + 1);
    const bool is_whole = fs::file_size(records, error) == static_cast<uintmax_t>(parts[i].bytes) &&
                          !error && Sha256OfFile(records) == parts[i].hash;
    if (!is_whole) return false;
  }
  // From here on nothing can be wrong but with us.
  archive_(archive);
  for (size_t i = 0; i < parts.size(); ++i) track_.AddRecords(File("records", i + 1));
  parts_ = std::move(parts);
  saved_bytes_ = track_.bytes();
  return true;
}

void TrackCheckpoint::FrameDone() {
  if (options_.folder.empty() || ++frames_ < options_.frames) return;
  frames_ = 0;
  try {
    Save();
  } catch (const Error&) {
    return;
  }
  if (options_.on_saved) options_.on_saved(static_cast<int64_t>(parts_.size()));
}

void TrackCheckpoint::Save() {
  std::error_code ignored;
  fs::create_directories(options_.folder, ignored);
  std::vector<Part> parts = parts_;
  const size_t number = parts.size() + 1;
  const fs::path records = File("records", number), state = File("state", number);
  track_.CopyRecords(saved_bytes_, records);
  parts.push_back({track_.bytes() - saved_bytes_, Sha256OfFile(records)});

  StateArchive archive;
  std::string job = job_;
  archive(job, parts);
  archive_(archive);
  PartFile out(state);
  out.Append(archive.bytes());
  out.Append(HashOf(archive.bytes()));
  out.MoveTo(state);
  parts_ = std::move(parts);
  saved_bytes_ = track_.bytes();
  // The one before is kept for who is just taking it away.
  if (number > 2) fs::remove(File("state", number - 2), ignored);
}

void TrackCheckpoint::Remove() {
  if (options_.folder.empty()) return;
  std::error_code ignored;
  fs::remove_all(options_.folder, ignored);
}

}  // namespace tapmask
