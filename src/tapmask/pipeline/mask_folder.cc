// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/mask_folder.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/media/picture.h"
#include "tapmask/media/video_reader.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {
namespace {

constexpr const char* kTrackName = "masks.jsonl";

// Of a picture like 00012.png.
std::optional<int64_t> NumberOfPicture(const std::filesystem::path& name) {
  const std::string stem = name.stem().string();
  int64_t number = 0;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  if (name.extension() != ".png" || error != std::errc{} || end != stem.data() + stem.size() ||
      number < 0) {
    return std::nullopt;
  }
  return number;
}

// Pictures whose name is a number, by that number.
std::map<int64_t, std::filesystem::path> NumberedPictures(const std::filesystem::path& folder) {
  std::map<int64_t, std::filesystem::path> pictures;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto number = NumberOfPicture(entry.path().filename());
    if (!number) continue;
    if (!pictures.emplace(*number, entry.path()).second) {
      throw Error(Code::kInvalidArgument,
                  fmt::format("Two pictures in {} have the number {}; keep one.", folder.string(),
                              *number));
    }
  }
  if (pictures.empty()) {
    throw Error(Code::kInvalidArgument, "There is no numbered PNG in " + folder.string() +
                                            "; masks are named 00000.png, 00001.png, ...");
  }
  return pictures;
}

Mask UnionOf(const std::vector<MaskRecord>& records, const Size& size) {
  Mask all(size.width, size.height);
  for (const MaskRecord& record : records) {
    if (!record.mask.Empty()) all = Union(all, record.mask);
  }
  return all;
}

}  // namespace

bool IsMaskFileName(const std::filesystem::path& name) {
  return name == kTrackName || NumberOfPicture(name);
}

void CheckHoldsNoMasks(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (!IsMaskFileName(entry.path().filename())) continue;
    throw Error(Code::kInvalidArgument,
                fmt::format("There are masks in {} already, which would mix with the new ones; "
                            "choose an empty folder.",
                            folder.string()));
  }
}

MaskFolder::MaskFolder(std::filesystem::path folder) : folder_(std::move(folder)) {
  CheckHoldsNoMasks(folder_);
  std::error_code error;
  std::filesystem::path at = std::filesystem::absolute(folder_).lexically_normal();
  for (; !std::filesystem::exists(at, error) && at.has_relative_path(); at = at.parent_path()) {
    made_.push_back(at);
  }
  std::filesystem::create_directories(folder_, error);
  try {
    waiting_.emplace(folder_);
  } catch (...) {
    RemoveMade();
    throw;
  }
}

MaskFolder::~MaskFolder() {
  waiting_.reset();
  if (!committed_) RemoveMade();
}

void MaskFolder::RemoveMade() const {
  std::error_code ignored;  // What others have put something into stays.
  for (const std::filesystem::path& folder : made_) std::filesystem::remove(folder, ignored);
}

void MaskFolder::Commit() {
  std::vector<std::filesystem::path> names;
  for (const auto& entry : std::filesystem::directory_iterator(waiting())) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());  // Digits come before masks.jsonl.
  for (const std::filesystem::path& name : names) {
    std::error_code error;
    std::filesystem::rename(waiting() / name, folder_ / name, error);
    if (error) {
      throw Error(Code::kUnavailable,
                  fmt::format("{} and the masks after it could not be put in place; check that you "
                              "may write there.",
                              (folder_ / name).string()),
                  error.message());
    }
  }
  committed_ = true;
}

void WriteMasks(const std::filesystem::path& track_file, const MaskFolder& to,
                std::stop_token stop) {
  MaskTrackReader track(track_file);
  const Size size{track.header().width, track.header().height};
  for (int64_t frame = 0; frame < track.frames(); ++frame) {
    if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
    WriteMaskPicture(to.waiting() / fmt::format("{:05d}.png", frame),
                     UnionOf(track.Frame(frame), size));
  }
  std::error_code error;
  std::filesystem::copy_file(track_file, to.waiting() / kTrackName, error);
  if (error) throw Error(Code::kStorageFull, "The disk is full; free some space and try again.");
}

void TrackFromMaskFolder(const std::filesystem::path& folder, const InputName& input,
                         const ReadOptions& read, const std::filesystem::path& track_file,
                         std::stop_token stop) {
  const auto pictures = NumberedPictures(folder);
  VideoReader reader(input, read);
  const FrameGeometry geometry = reader.info().geometry;
  MaskTrackHeader header;
  header.width = geometry.MaskSize().width;
  header.height = geometry.MaskSize().height;
  header.sample_aspect = geometry.MaskAspect();
  header.time_base = reader.info().time_base;
  header.engine = "external";
  header.objects = {{1, {}}};
  // A folder of ours says more than its pictures: what was held or lost is covered more widely.
  std::optional<MaskTrackReader> ours;
  if (std::filesystem::exists(folder / kTrackName)) {
    ours.emplace(folder / kTrackName);
    if (ours->header().width != header.width || ours->header().height != header.height) {
      ours.reset();
    } else {
      header.objects = ours->header().objects;
      if (header.objects.empty()) header.objects = {{1, {}}};
    }
  }
  MaskTrackWriter track(track_file, header);
  int64_t frames = 0;
  while (const std::optional<Frame> frame = reader.Next()) {
    if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
    frames = frame->index + 1;
    const auto picture = pictures.find(frame->index);
    if (picture == pictures.end()) continue;
    MaskRecord record;
    record.frame = frame->index;
    record.pts = frame->pts;
    record.state = TrackState::kGiven;
    record.confidence = 1;
    record.mask = ReadMaskPicture(picture->second);
    if (record.mask.size() != geometry.MaskSize()) {
      throw Error(Code::kInvalidArgument,
                  fmt::format("{} is {}x{} pixels, but the video's upright picture is {}x{}.",
                              picture->second.string(), record.mask.width(), record.mask.height(),
                              header.width, header.height));
    }
    if (ours) {
      std::vector<MaskRecord> records = ours->Frame(frame->index);
      if (!records.empty() && UnionOf(records, geometry.MaskSize()) == record.mask) {
        for (MaskRecord& known : records) {
          known.pts = frame->pts;
          track.Add(known);
        }
        continue;
      }
    }
    // Drawn or edited by hand: all objects in one.
    for (const MaskTrackHeader::Object& object : header.objects) {
      record.object = object.id;
      track.Add(record);
      record.mask = Mask(header.width, header.height);
    }
  }
  if (pictures.rbegin()->first >= frames) {
    throw Error(Code::kInvalidArgument,
                fmt::format("There is a mask for frame {}, but the video has {} frames.",
                            pictures.rbegin()->first, frames));
  }
  track.Finish(frames);
}

}  // namespace tapmask
