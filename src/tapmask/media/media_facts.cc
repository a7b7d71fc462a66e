// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/media_facts.h"

#include "tapmask/media/compat.h"

namespace tapmask {

MediaFacts ReadMediaFacts() {
  MediaFacts facts;
  facts.ffmpeg_version = av_version_info();
  for (const AVCodecID id : {AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_VP8, AV_CODEC_ID_VP9,
                             AV_CODEC_ID_AV1, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MJPEG,
                             AV_CODEC_ID_PRORES, AV_CODEC_ID_PNG, AV_CODEC_ID_FFV1}) {
    if (!avcodec_find_decoder(id)) facts.missing_decoders.emplace_back(avcodec_get_name(id));
  }
  for (const char* name : {"libx264", "libx264rgb", "libx265", "aac", "alac", "png", "ffv1",
                           "utvideo", "mov_text", "srt"}) {
    if (!avcodec_find_encoder_by_name(name)) facts.missing_encoders.emplace_back(name);
  }
  return facts;
}

void SetFfmpegLogging(bool to_stderr) {
  av_log_set_level(to_stderr ? AV_LOG_WARNING : AV_LOG_QUIET);
}

}  // namespace tapmask
