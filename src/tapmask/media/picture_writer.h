// SPDX-License-Identifier: Apache-2.0
// For .cc files of media only.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tapmask/media/filter.h"
#include "tapmask/media/output_writer.h"
#include "tapmask/media/picture_pattern.h"
#include "tapmask/media/temporary_file.h"

namespace tapmask {

// Writes every frame as a numbered PNG, upright or not as the frames come. The pictures wait in a
// folder of their own beside their place until `Commit`.
class PictureWriter final : public OutputWriter {
 public:
  PictureWriter(const std::string& pattern, const WriteOptions& write, const VideoInfo& source,
                Notices& notices);

  void Write(const Frame& frame) override;
  void Finish() override {}
  std::vector<Invariant> Check() override;
  std::string waiting() const override { return (folder_.path() / "%d.png").string(); }
  void Commit() override;
  const EncodePlan& plan() const override { return plan_; }

 private:
  std::filesystem::path Waiting(int64_t number) const;

  const PicturePattern pattern_;
  const VideoInfo source_;
  EncodePlan plan_;
  const TemporaryFolder folder_;  // Of the waiting pictures.
  int64_t frames_ = 0;
};

}  // namespace tapmask
