// SPDX-License-Identifier: Apache-2.0
// For .cc files of media only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tapmask/media/companion_tracks.h"
#include "tapmask/media/encoder.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/muxer.h"
#include "tapmask/media/output_writer.h"

namespace tapmask {

// What was written, for the check afterwards.
struct WrittenVideo {
  std::filesystem::path path;
  OutputContainer container = OutputContainer::kMp4;
  EncodePlan plan;
  VideoInfo source;
  WriteOptions options;
  int video_stream = 0;
  std::vector<int64_t> pts;  // Of every frame, in plan.time_base, offset included.
  std::vector<CompanionTrack> tracks;
  std::vector<Muxer::Written> track_payloads;  // As `tracks`.
  const AVFormatContext* input = nullptr;      // For chapters.
};

// Reads `written.path` again. See output_checks.cc for the list.
std::vector<Invariant> CheckVideoFile(const WrittenVideo& written);

class VideoFileWriter final : public OutputWriter {
 public:
  VideoFileWriter(const std::string& output, const InputName& input, const ReadOptions& read,
                  const WriteOptions& write, const VideoInfo& source, Notices& notices);

  void Write(const Frame& frame) override;
  void Finish() override;
  std::vector<Invariant> Check() override;
  std::string waiting() const override { return muxer_.temporary_path().string(); }
  void Commit() override { muxer_.Commit(); }
  const EncodePlan& plan() const override { return plan_; }

 private:
  void Start(const Frame& first);
  void WritePacket(AVPacket& packet);

  const VideoInfo source_;
  const WriteOptions options_;
  Notices& notices_;
  const EncodePlan plan_;
  Muxer muxer_;
  VideoEncoder encoder_;
  AVStream* video_ = nullptr;  // Belongs to the muxer.
  CompanionTracks companions_;
  bool started_ = false;
  int64_t offset_ticks_ = 0;
  std::vector<int64_t> pts_;
};

}  // namespace tapmask
