// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/picture_pattern.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/media/input_file.h"

namespace tapmask {
namespace {

std::filesystem::path FolderOrHere(const std::filesystem::path& folder) {
  return folder.empty() ? std::filesystem::path(".") : folder;
}

}  // namespace

std::optional<PicturePattern> PicturePattern::Parse(std::string_view text) {
  const std::filesystem::path path(text);
  const std::string name = path.filename().string();
  std::string suffix = path.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static const std::set<std::string> kSuffixes{".png", ".jpg",  ".jpeg", ".bmp",
                                               ".tif", ".tiff", ".webp"};
  const size_t percent = name.find('%');
  if (percent == std::string::npos || !kSuffixes.contains(suffix)) return std::nullopt;
  size_t end = percent + 1;
  PicturePattern pattern;
  if (end < name.size() && name[end] == '0') {
    const char* digits = name.data() + end + 1;
    const auto [after, error] = std::from_chars(digits, name.data() + name.size(), pattern.digits);
    if (error != std::errc{} || pattern.digits < 1 || pattern.digits > 18) return std::nullopt;
    end = static_cast<size_t>(after - name.data());
  }
  if (end >= name.size() || name[end] != 'd' || name.find('%', end) != std::string::npos) {
    return std::nullopt;
  }
  pattern.folder = path.parent_path();
  pattern.before = name.substr(0, percent);
  pattern.after = name.substr(end + 1);
  return pattern;
}

std::filesystem::path PicturePattern::Path(int64_t number) const {
  return folder / (before + fmt::format("{:0{}}", number, std::max(digits, 1)) + after);
}

std::optional<int64_t> PicturePattern::NumberOf(std::string_view name) const {
  if (name.size() <= before.size() + after.size() || !name.starts_with(before) ||
      !name.ends_with(after)) {
    return std::nullopt;
  }
  const std::string_view middle =
      name.substr(before.size(), name.size() - before.size() - after.size());
  int64_t number = 0;
  const auto [end, error] = std::from_chars(middle.data(), middle.data() + middle.size(), number);
  if (error != std::errc{} || end != middle.data() + middle.size() || number < 0) {
    return std::nullopt;
  }
  if (Path(number).filename().string() != name) return std::nullopt;  // Padded otherwise.
  return number;
}

bool PicturePattern::AnyThere() const {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(FolderOrHere(folder), error)) {
    if (NumberOf(entry.path().filename().string())) return true;
  }
  return false;
}

PicturePattern::Span PicturePattern::Find() const {
  std::error_code error;
  std::filesystem::directory_iterator entries(FolderOrHere(folder), error);
  if (error) {
    throw Error(Code::kNotFound, "There is no folder " + folder.string() + "; check the name.");
  }
  std::vector<int64_t> numbers;
  for (const auto& entry : entries) {
    const auto number = NumberOf(entry.path().filename().string());
    if (!number) continue;
    CheckInputFile(entry.path(), "a picture");
    numbers.push_back(*number);
  }
  if (numbers.empty()) {
    throw Error(Code::kNotFound, "No picture fits the pattern " + Path(0).string() +
                                     "; check the folder and the number of digits.");
  }
  std::sort(numbers.begin(), numbers.end());
  for (size_t i = 1; i < numbers.size(); ++i) {
    if (numbers[i] != numbers[i - 1] + 1) {
      throw Error(Code::kInvalidArgument,
                  fmt::format("The pictures jump from number {} to {}; add the missing ones or "
                              "number them without a hole.",
                              numbers[i - 1], numbers[i]));
    }
  }
  return {numbers.front(), static_cast<int64_t>(numbers.size())};
}

std::optional<PicturePattern> PatternOf(const InputName& input) {
  return input.descriptor() ? std::nullopt : PicturePattern::Parse(input.name());
}

}  // namespace tapmask
