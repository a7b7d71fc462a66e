// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/checkpoint_folder.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "tapmask/core/build_id.h"
#include "tapmask/media/sha256.h"
#include "tapmask/track/part_file.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

constexpr size_t kHashLength = 64;  // Hexadecimal digits.

void AddTo(Sha256& hash, const std::string& bytes) {
  hash.Add(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

// The numbers N of the files state.N, the latest first.
std::vector<int64_t> Numbers(const fs::path& folder) {
  std::vector<int64_t> numbers;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().stem() != "state") continue;
    const std::string digits = entry.path().extension().string();
    int64_t number = 0;
    const char* const end = digits.data() + digits.size();
    if (digits.size() > 1 && std::from_chars(digits.data() + 1, end, number).ptr == end) {
      numbers.push_back(number);
    }
  }
  std::sort(numbers.rbegin(), numbers.rend());
  return numbers;
}

}  // namespace

CheckpointFolder::CheckpointFolder(CheckpointOptions options, std::string part,
                                   const std::string& job)
    : options_(std::move(options)),
      part_(std::move(part)),
      job_(std::string(BuildId()) + "\n" + job) {}

int64_t CheckpointFolder::bytes() const {
  int64_t bytes = 0;
  for (const Written& part : parts_) bytes += part.bytes;
  return bytes;
}

fs::path CheckpointFolder::Part(int64_t number) const {
  return options_.folder / fmt::format("{}.{}", part_, number);
}

fs::path CheckpointFolder::State(int64_t number) const {
  return options_.folder / fmt::format("state.{}", number);
}

fs::path CheckpointFolder::NextPart() const {
  std::error_code ignored;  // Who writes the part finds out.
  fs::create_directories(options_.folder, ignored);
  return Part(parts() + 1);
}

std::optional<StateArchive> CheckpointFolder::Latest() {
  if (!Keeps()) return std::nullopt;
  for (const int64_t number : Numbers(options_.folder)) {
    if (std::optional<StateArchive> archive = Read(State(number))) return archive;
  }
  Remove();
  return std::nullopt;
}

std::optional<StateArchive> CheckpointFolder::Read(const fs::path& state) {
  std::error_code error;
  const uintmax_t size = fs::file_size(state, error);
  if (error || size < kHashLength) return std::nullopt;
  std::string bytes(size, '\0');
  std::ifstream file(state, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) return std::nullopt;
  const std::string hash = bytes.substr(bytes.size() - kHashLength);
  bytes.resize(bytes.size() - kHashLength);
  Sha256 its_hash;
  AddTo(its_hash, bytes);
  if (its_hash.Hex() != hash) return std::nullopt;

  StateArchive archive(std::move(bytes));
  std::string job;
  archive(job);
  if (job != job_) return std::nullopt;
  std::vector<Written> parts;
  archive(parts);
  for (size_t i = 0; i < parts.size(); ++i) {
    const fs::path part = Part(static_cast<int64_t>(i) + 1);
    const bool is_whole = fs::file_size(part, error) == static_cast<uintmax_t>(parts[i].bytes) &&
                          !error && Sha256OfFile(part) == parts[i].hash;
    if (!is_whole) return std::nullopt;
  }
  parts_ = std::move(parts);
  return archive;
}

void CheckpointFolder::Save(const std::function<void(StateArchive&)>& archive) {
  const int64_t number = parts() + 1;
  std::vector<Written> all = parts_;
  const std::string part_hash = Sha256OfFile(Part(number));
  std::error_code ignored;
  all.push_back({static_cast<int64_t>(fs::file_size(Part(number), ignored)), part_hash});

  PartFile file(State(number));
  Sha256 hash;
  StateArchive saving([&](const std::string& bytes) {
    AddTo(hash, bytes);
    file.Append(bytes);
  });
  std::string job = job_;
  saving(job, all);
  archive(saving);
  saving.Flush();
  file.Append(hash.Hex());
  file.MoveTo(State(number));
  parts_ = std::move(all);
  // The one before is kept for who is just taking it away.
  if (number > 2) fs::remove(State(number - 2), ignored);
}

void CheckpointFolder::Remove() const {
  if (!Keeps()) return;
  std::error_code ignored;
  fs::remove_all(options_.folder, ignored);
}

}  // namespace tapmask
