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
int64_t NumberOf(const Json& word, const char* name) {
  const auto found = word.is_object() ? word.find(name) : word.end();
  return found != word.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

bool MeansMasks(const Json& word) {
  return word.is_object() && word.value("masks", Json()) == true;
}

}  // namespace

JobCheckpoint::JobCheckpoint(BlobStore& blobs, const Log& log, const Job& job, int64_t frames)
    : blobs_(blobs),
      log_(log),
      job_(job),
      most_windows_(frames / 100 + 10),
      tracked_{"window", kTrackedFolder, "records", "tracked_window_taken_up"},
      rendered_{"rendered", kRenderedFolder, "frames", "rendered_window_taken_up"} {}

BlobKey JobCheckpoint::Key(const Windows& windows, const char* kind, int64_t number) const {
  return FolderOfCheckpoint(job_).Join(windows.folder).Join(NameOf(kind, number));
}

bool JobCheckpoint::Bring(const fs::path& scratch) {
  const Json word = Json::parse(job_.checkpoint, nullptr, false);
  if (!MeansMasks(word)) {
    BringWindows(scratch, word, tracked_);
    return false;
  }
  has_masks_ = BringFile(FolderOfCheckpoint(job_).Join(kMasksName), scratch / kMasksName);
  if (has_masks_) BringWindows(scratch, word, rendered_);
  return has_masks_;
}

void JobCheckpoint::BringWindows(const fs::path& scratch, const Json& word, Windows& windows) {
  const int64_t number = NumberOf(word, windows.word);
  if (number < 1 || number > most_windows_) return;
  const fs::path folder = scratch / windows.folder;
  std::error_code ignored;
  fs::create_directory(folder, ignored);
  bool is_whole = BringFile(Key(windows, "state", number), folder / NameOf("state", number));
  for (int64_t i = 1; is_whole && i <= number; ++i) {
    is_whole = BringFile(Key(windows, windows.part, i), folder / NameOf(windows.part, i));
  }
  if (is_whole) {
    windows.parts = windows.number = number;
    windows.is_brought = true;
    log_.Info(windows.taken_up, {{"job_id", job_.id}, {"window", number}});
  } else {
    fs::remove_all(folder, ignored);  // The child begins anew, and so do we.
  }
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

std::optional<std::string> JobCheckpoint::Keep(const fs::path& scratch, const std::string& text) {
  const Json word = Json::parse(text, nullptr, false);
  try {
    // When the masks could not be kept at their time, they may be now.
    if (NumberOf(word, rendered_.word) != 0 && !has_masks_) KeepMasks(scratch);
    Windows& windows = has_masks_ ? rendered_ : tracked_;
    const bool kept = MeansMasks(word) ? KeepMasks(scratch) : KeepWindow(scratch, word, windows);
    if (!kept) return std::nullopt;
  } catch (const Error& error) {
    log_.Warning("checkpoint_not_kept", {{"job_id", job_.id}, {"code", error.code()}});
    return std::nullopt;
  }
  if (!has_masks_) return Json{{tracked_.word, tracked_.number}}.dump();
  Json state{{"masks", true}};
  if (rendered_.number > 0) state[rendered_.word] = rendered_.number;
  return state.dump();
}

bool JobCheckpoint::KeepMasks(const fs::path& scratch) {
  if (has_masks_) return false;  // Once an attempt, for it costs writes.
  blobs_.PutFile(FolderOfCheckpoint(job_).Join(kMasksName), scratch / kKeptMasksName);
  return has_masks_ = true;
}

bool JobCheckpoint::KeepWindow(const fs::path& scratch, const Json& word, Windows& windows) {
  const int64_t number = NumberOf(word, windows.word);
  // Of another build, or damaged: the child has begun anew, and so do we, once.
  const bool begins_anew = windows.is_brought && number >= 1 && number <= windows.number;
  if (begins_anew) windows.parts = windows.number = 0;
  windows.is_brought = false;
  // A child that was taken over says what it likes.
  if (number <= windows.number || number > most_windows_) return false;
  const fs::path folder = scratch / windows.folder;
  for (; windows.parts < number; ++windows.parts) {
    const int64_t next = windows.parts + 1;
    blobs_.PutFile(Key(windows, windows.part, next), folder / NameOf(windows.part, next));
  }
  blobs_.PutFile(Key(windows, "state", number), folder / NameOf("state", number));
  // The store knows of the one before until it is told of this one.
  if (const int64_t old = windows.number - 1; old > 0) blobs_.Remove(Key(windows, "state", old));
  windows.number = number;
  return true;
}

}  // namespace tapmask
