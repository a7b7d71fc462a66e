// SPDX-License-Identifier: Apache-2.0
// The output file. For .cc files of media only.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tapmask/media/encode_plan.h"
#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/sha256.h"
#include "tapmask/media/temporary_file.h"

namespace tapmask {

// mov_text fills the time between two texts with an empty one.
bool IsEmptyText(const AVCodecParameters& stream, const AVPacket& packet);

// Writes packets of several streams into a file under a temporary name beside `path`; only
// `Commit` gives it its own. Without it nothing is left, whatever happens.
class Muxer {
 public:
  Muxer(std::filesystem::path path, OutputContainer container);
  ~Muxer();
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;

  AVFormatContext& context() { return *context_; }
  OutputContainer container() const { return container_; }
  const std::filesystem::path& temporary_path() const { return file_.path(); }

  AVStream& AddStream();
  // True when the container takes this codec as it is.
  bool Holds(AVCodecID codec) const;

  // After all streams are there. `timescale`: ticks a second of the video track.
  void Start(int64_t timescale, bool keep_metadata);
  // Takes the packet's data; times in `time_base`. A decoding time that does not rise moves on.
  void Write(AVPacket& packet, const AVStream& stream, AVRational time_base);
  // Moves all times of all streams, for inputs that begin before zero. Before `Start`.
  void SetOffset(int64_t ticks, AVRational time_base);
  // Payloads written to a stream, but for the empty texts that fill the gaps between subtitles:
  // their number, size, and SHA-256 of one after the other in hexadecimal.
  struct Written {
    int64_t packets = 0;
    int64_t bytes = 0;
    int64_t first_pts = INT64_MAX;  // In the stream's time base.
    std::string sha256;
  };
  Written WrittenTo(const AVStream& stream) const;

  void Finish();  // All packets and the index are on disk.
  void Commit();

 private:
  TemporaryFile file_;
  OutputContainer container_;
  AVFormatContext* context_ = nullptr;
  bool started_ = false;
  struct StreamState {
    int64_t last_dts = INT64_MIN;
    Written written;
    Sha256 sha;
  };
  std::vector<StreamState> streams_;
  int64_t offset_ticks_ = 0;
  AVRational offset_time_base_{1, 1};
};

}  // namespace tapmask
