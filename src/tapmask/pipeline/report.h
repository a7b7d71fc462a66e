// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tapmask/core/prompt.h"
#include "tapmask/pipeline/render_pass.h"

namespace tapmask {

// Writes the audit of a job (docs/report.md): one JSON object whose `frames` are written as they
// are rendered, so that memory does not grow with the video.
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
    std::string command;  // "run" or "render"
    std::string input;
    std::string output;
    Prompts prompts;
    JobOptions options;
    std::string engine;
    RenderPassResult rendered;
  };
  // Hashes input and output and puts the report in place.
  void Finish(const Facts& facts);

 private:
  std::filesystem::path path_;
  std::filesystem::path frames_path_;
  std::ofstream frames_;
  bool any_frame_ = false;
};

}  // namespace tapmask
