// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/job_checkpoint.h"

#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/worker/job_files.h"

namespace tapmask {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

std::string NameOf(const char* kind, int64_t number) {
  return fmt::format("{}.{}", kind, number);
}

// 0 for what names none.
int64_t WindowOf(const Json& word) {
  const auto found = word.is_object() ? word.find("window") : word.end();
  return found != word.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

bool MeansMasks(const Json& word) {
  return word.is_object() && word.value("masks", Json()) == true;
}

}  // namespace

BlobKey JobCheckpoint::Key(const char* kind, int64_t number) const {
  return FolderOfCheckpoint(job_).Join(NameOf(kind, number));
}

bool JobCheckpoint::Bring(const fs::path& scratch) {
  const Json word = Json::parse(job_.checkpoint, nullptr, false);
  if (MeansMasks(word)) {
    has_masks_ = BringFile(FolderOfCheckpoint(job_).Join(kMasksName), scratch / kMasksName);
    return has_masks_;
  }
  const int64_t number = WindowOf(word);
  if (number < 1 || number > most_windows_) return false;
  const fs::path folder = scratch / kCheckpointFolder;
  std::error_code ignored;
  fs::create_directory(folder, ignored);
  bool is_whole = BringFile(Key("state", number), folder / NameOf("state", number));
  for (int64_t i = 1; is_whole && i <= number; ++i) {
    is_whole = BringFile(Key("records", i), folder / NameOf("records", i));
  }
  if (is_whole) {
    kept_records_ = window_ = number;
    log_.Info("checkpoint_taken_up", {{"job_id", job_.id}, {"window", number}});
  } else {
    fs::remove_all(folder, ignored);  // The child begins anew, and so do we.
  }
  return false;
}

bool JobCheckpoint::BringFile(const BlobKey& key, const fs::path& file) {
  try {
    return CopyToFile(blobs_, key, file);
  } catch (const Error& error) {
    log_.Warning("checkpoint_unreadable", {{"job_id", job_.id}, {"code", error.code()}});
    std::error_code ignored;
    fs::remove(file, ignored);
    return false;
  }
}

std::optional<std::string> JobCheckpoint::Keep(const fs::path& scratch, const std::string& word) {
  try {
    const Json parsed = Json::parse(word, nullptr, false);
    if (MeansMasks(parsed)) return KeepMasks(scratch);
    return KeepWindow(scratch, WindowOf(parsed));
  } catch (const Error& error) {
    log_.Warning("checkpoint_not_kept", {{"job_id", job_.id}, {"code", error.code()}});
    return std::nullopt;
  }
}

std::optional<std::string> JobCheckpoint::KeepMasks(const fs::path& scratch) {
  if (has_masks_) return std::nullopt;  // Once an attempt, for it costs writes.
  blobs_.PutFile(FolderOfCheckpoint(job_).Join(kMasksName), scratch / kKeptMasksName);
  has_masks_ = true;
  return Json{{"masks", true}}.dump();
}

std::optional<std::string> JobCheckpoint::KeepWindow(const fs::path& scratch, int64_t number) {
  // A child that was taken over says what it likes.
  if (has_masks_ || number <= window_ || number > most_windows_) return std::nullopt;
  const fs::path folder = scratch / kCheckpointFolder;
  for (; kept_records_ < number; ++kept_records_) {
    const int64_t next = kept_records_ + 1;
    blobs_.PutFile(Key("records", next), folder / NameOf("records", next));
  }
  blobs_.PutFile(Key("state", number), folder / NameOf("state", number));
  // The store knows of the one before until it is told of this one.
  if (const int64_t old = window_ - 1; old > 0) blobs_.Remove(Key("state", old));
  window_ = number;
  return Json{{"window", number}}.dump();
}

}  // namespace tapmask
