// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/prompt.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/temporary_file.h"
#include "tapmask/pipeline/render_pass.h"

namespace tapmask {

// Writes the audit of a job (docs/report.md): one JSON object whose `frames` are written as they
// are rendered, so that memory does not grow with the video. Nothing is left without `Commit`.
class ReportWriter {
 public:
  // Nothing is written when `path` is empty. Throws kInvalidArgument when the place cannot be
  // written.
  ReportWriter(std::filesystem::path path, const std::filesystem::path& scratch_folder);
  ~ReportWriter();
  ReportWriter(const ReportWriter&) = delete;
  ReportWriter& operator=(const ReportWriter&) = delete;

  void Add(const RenderedFrame& frame);

  struct Facts {
    std::string command;  // "run", "track" or "render"
    InputName input;
    std::string output;  // Empty for "track", whose `rendered` has no output either.
    Prompts prompts;
    JobOptions options;
    std::string engine;
    const RenderPassResult& rendered;
  };
  // Hashes the input and the output, which may wait for its Commit, and writes the report beside
  // its place. Throws kInvalidArgument when that cannot be written, kStorageFull.
  void Write(const Facts& facts);
  // Puts the report in place. Throws kUnavailable.
  void Commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path frames_path_;
  std::ofstream frames_;
  bool any_frame_ = false;
  std::optional<TemporaryFile> file_;  // Once it is written.
};

}  // namespace tapmask
