// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/file_checks.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/media/input_file.h"
#include "tapmask/media/picture_pattern.h"
#include "tapmask/media/temporary_file.h"
#include "tapmask/pipeline/mask_folder.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

template <class... Parts>
[[noreturn]] void Refuse(Code code, fmt::format_string<Parts...> form, Parts&&... parts) {
  throw Error(code, fmt::format(form, std::forward<Parts>(parts)...));
}

fs::path FolderOf(const fs::path& file) {
  const fs::path folder = file.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

bool MayWriteTo(const fs::path& folder) {
  return access(folder.c_str(), W_OK | X_OK) == 0;
}

// True when both names lead to one file or folder, by links too; the files need not be there.
bool SamePlace(const fs::path& a, const fs::path& b) {
  if (a.empty() || b.empty()) return false;
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  const fs::path whole_a = fs::weakly_canonical(fs::absolute(a, error), error);
  const fs::path whole_b = fs::weakly_canonical(fs::absolute(b, error), error);
  return !error && whole_a == whole_b;
}

bool SamePattern(const PicturePattern& a, const PicturePattern& b) {
  return a.before == b.before && a.after == b.after &&
         SamePlace(FolderOf(a.Path(0)), FolderOf(b.Path(0)));
}

// True when `place` is `file`, or lies in a folder of that name.
bool IsAtOrIn(const fs::path& place, const fs::path& file) {
  for (fs::path at = fs::absolute(place).lexically_normal();; at = at.parent_path()) {
    if (SamePlace(at, file)) return true;
    if (!at.has_relative_path()) return false;
  }
}

bool IsPictureOf(const fs::path& file, const fs::path& pattern_text) {
  const auto pattern = PicturePattern::Parse(pattern_text.string());
  return pattern && pattern->NumberOf(file.filename().string()) &&
         SamePlace(FolderOf(file), FolderOf(pattern_text));
}

bool IsMaskIn(const fs::path& file, const fs::path& folder) {
  return IsMaskFileName(file.filename()) && SamePlace(FolderOf(file), folder);
}

void CheckInput(const std::string& input) {
  if (input.empty()) Refuse(Code::kNotFound, "The input has no name; name a video file.");
  const auto pattern = PicturePattern::Parse(input);
  if (!pattern) {
    CheckInputFile(input, "a video file, or pictures like frames/%05d.jpg");
    return;
  }
  try {
    pattern->Find();
  } catch (const Error& error) {
    // Pictures with a hole are an input that we refuse, not a wrong command.
    if (error.code() != Code::kInvalidArgument) throw;
    throw Error(Code::kUnsupportedMedia, error.public_text(), error.what());
  }
}

void CheckFolderToWrite(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    Refuse(Code::kInvalidArgument, "There is no folder {}; make it first.", folder.string());
  }
  if (!MayWriteTo(folder)) {
    Refuse(Code::kInvalidArgument, "Nothing can be written to the folder {}; choose another one.",
           folder.string());
  }
}

// `option` is how the user named it.
void CheckFileToWrite(const fs::path& file, std::string_view option) {
  if (file.filename().empty()) {
    Refuse(Code::kInvalidArgument, "{} takes a file, and {} is a folder.", option, file.string());
  }
  CheckFolderToWrite(FolderOf(file));
  std::error_code error;
  const fs::file_status there = fs::status(file, error);
  if (fs::exists(there) && !fs::is_regular_file(there)) {
    Refuse(Code::kInvalidArgument, "{} is there already and is not a file; choose another name.",
           file.string());
  }
}

void CheckSuffix(const fs::path& output) {
  std::string suffix = output.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static constexpr std::array<std::string_view, 3> kSuffixes{".mp4", ".mov", ".mkv"};
  if (std::find(kSuffixes.begin(), kSuffixes.end(), suffix) == kSuffixes.end()) {
    Refuse(Code::kInvalidArgument,
           "The output's name must end in .mp4, .mov or .mkv, or be a picture pattern like "
           "out/%05d.png; it is {}.",
           output.string());
  }
}

void CheckOutput(const NamedFiles& files) {
  const auto pattern = PicturePattern::Parse(files.output);
  if (!pattern) {
    CheckSuffix(files.output);
    CheckFileToWrite(files.output, "-o");
    if (SamePlace(files.output, files.input)) {
      Refuse(Code::kInvalidArgument, "The output {} is the input; choose another name.",
             files.output);
    }
    if (SamePlace(files.output, files.masks)) {
      Refuse(Code::kInvalidArgument,
             "The output {} would overwrite the masks; choose another name.", files.output);
    }
    return;
  }
  if (fs::path(files.output).extension() != ".png") {
    Refuse(Code::kInvalidArgument, "Pictures are written as .png; {} ends otherwise.",
           files.output);
  }
  CheckFolderToWrite(FolderOf(files.output));
  if (const auto from = PicturePattern::Parse(files.input); from && SamePattern(*from, *pattern)) {
    Refuse(Code::kInvalidArgument,
           "The output {} would overwrite the input; choose another folder.", files.output);
  }
  if (pattern->AnyThere()) {
    Refuse(Code::kInvalidArgument,
           "There are pictures like {} already, which would mix with the new ones; choose an empty "
           "folder.",
           files.output);
  }
  for (const fs::path& folder : {files.masks, files.masks_out}) {
    if (SamePlace(folder, FolderOf(files.output))) {
      Refuse(Code::kInvalidArgument,
             "The output's pictures and the masks cannot share the folder {}; choose another one.",
             folder.string());
    }
  }
}

void CheckMasksIn(const fs::path& masks) {
  std::error_code error;
  if (fs::is_directory(masks, error)) return;
  CheckInputFile(masks, "a folder of pictures or a masks.jsonl");
}

void CheckMasksOut(const NamedFiles& files) {
  // The folder itself may be new, and some above it too.
  fs::path there = fs::absolute(files.masks_out).lexically_normal();
  std::error_code error;
  while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  if (!fs::is_directory(there, error)) {
    Refuse(Code::kInvalidArgument, "--masks-out takes a folder, and {} is a file.", there.string());
  }
  if (!MayWriteTo(there)) {
    Refuse(Code::kInvalidArgument, "Nothing can be written to the folder {}; choose another one.",
           there.string());
  }
  if (PicturePattern::Parse(files.input) && SamePlace(files.masks_out, FolderOf(files.input))) {
    Refuse(Code::kInvalidArgument,
           "The masks would overwrite the pictures in {}; choose another folder.",
           files.masks_out.string());
  }
  for (const fs::path& file : {fs::path(files.output), files.report}) {
    if (IsAtOrIn(files.masks_out, file)) {
      Refuse(Code::kInvalidArgument,
             "--masks-out and {} are in each other's way; choose another "
             "name.",
             file.string());
    }
  }
  CheckHoldsNoMasks(files.masks_out);
}

void CheckReport(const NamedFiles& files) {
  CheckFileToWrite(files.report, "--report");
  for (const fs::path& other : {fs::path(files.input), fs::path(files.output), files.masks}) {
    if (SamePlace(files.report, other) || IsPictureOf(files.report, other)) {
      Refuse(Code::kInvalidArgument, "--report would overwrite {}; choose another name.",
             other.string());
    }
  }
  for (const fs::path& folder : {files.masks, files.masks_out}) {
    if (IsMaskIn(files.report, folder)) {
      Refuse(Code::kInvalidArgument,
             "--report {} has the name of a mask in that folder; choose another name.",
             files.report.string());
    }
  }
}

}  // namespace

void CheckFiles(const NamedFiles& files) {
  CheckInput(files.input);
  if (!files.masks.empty()) CheckMasksIn(files.masks);
  if (!files.output.empty()) CheckOutput(files);
  if (!files.masks_out.empty()) CheckMasksOut(files);
  if (!files.report.empty()) CheckReport(files);
}

void WriteTextFile(const fs::path& path, const std::string& text) {
  TemporaryFile file(path);
  file.Write(text);
  file.Commit();
}

}  // namespace tapmask
