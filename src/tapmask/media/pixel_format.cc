// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/pixel_format.h"

#include <fmt/format.h>

namespace tapmask {

std::optional<PixelFormat> PlanarFormat(AVPixelFormat format) {
  const AVPixFmtDescriptor* d = av_pix_fmt_desc_get(format);
  if (!d) return std::nullopt;
  constexpr uint64_t kUnfit = AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                              AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT |
                              AV_PIX_FMT_FLAG_BAYER;
  if (d->flags & kUnfit) return std::nullopt;
  PixelFormat out;
  const bool alpha = (d->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  const int colors = d->nb_components - (alpha ? 1 : 0);
  if (colors == 1) {
    if (alpha) return std::nullopt;  // Grey and alpha lie in one plane.
    out.model = PixelFormat::Model::kGray;
  } else if (colors == 3) {
    out.model =
        (d->flags & AV_PIX_FMT_FLAG_RGB) ? PixelFormat::Model::kRgb : PixelFormat::Model::kYuv;
  } else {
    return std::nullopt;
  }
  out.bits = d->comp[0].depth;
  if (out.bits < 8 || out.bits > 16) return std::nullopt;
  for (int i = 0; i < colors; ++i) {
    const AVComponentDescriptor& c = d->comp[i];
    // RGB components come as R, G, B and lie in planes 2, 0, 1.
    const int plane = out.model == PixelFormat::Model::kRgb ? (i + 2) % 3 : i;
    if (c.plane != plane || c.depth != out.bits || c.shift != 0 || c.offset != 0 ||
        c.step != out.bytes_per_sample()) {
      return std::nullopt;
    }
  }
  out.chroma_shift_x = out.model == PixelFormat::Model::kYuv ? d->log2_chroma_w : 0;
  out.chroma_shift_y = out.model == PixelFormat::Model::kYuv ? d->log2_chroma_h : 0;
  return out;
}

AVPixelFormat NearestPlanar(AVPixelFormat format) {
  if (PlanarFormat(format)) return format;
  const AVPixFmtDescriptor* d = av_pix_fmt_desc_get(format);
  if (!d) return AV_PIX_FMT_NONE;
  PixelFormat out;
  const bool alpha = (d->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  if (d->nb_components - (alpha ? 1 : 0) == 1 && !(d->flags & AV_PIX_FMT_FLAG_PAL)) {
    out = {PixelFormat::Model::kGray, d->comp[0].depth > 8 ? 16 : 8, 0, 0};
  } else if (d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) {
    out = {PixelFormat::Model::kRgb, d->comp[0].depth > 8 ? 16 : 8, 0, 0};
  } else {
    out = {PixelFormat::Model::kYuv, d->comp[0].depth, d->log2_chroma_w, d->log2_chroma_h};
  }
  return AvFormat(out);
}

AVPixelFormat AvFormat(const PixelFormat& format) {
  std::string name;
  switch (format.model) {
    case PixelFormat::Model::kGray: name = "gray"; break;
    case PixelFormat::Model::kRgb: name = "gbrp"; break;
    case PixelFormat::Model::kYuv: {
      const int shifts = format.chroma_shift_x * 10 + format.chroma_shift_y;
      name = shifts == 11   ? "yuv420p"
             : shifts == 10 ? "yuv422p"
             : shifts == 0  ? "yuv444p"
             : shifts == 1  ? "yuv440p"
             : shifts == 20 ? "yuv411p"
             : shifts == 22 ? "yuv410p"
                            : "";
      break;
    }
  }
  if (format.bits > 8) name += fmt::format("{}le", format.bits);
  return av_get_pix_fmt(name.c_str());
}

bool HasAlpha(AVPixelFormat format) {
  const AVPixFmtDescriptor* d = av_pix_fmt_desc_get(format);
  return d && (d->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
}

bool IsFullRangeName(AVPixelFormat format) {
  return format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P ||
         format == AV_PIX_FMT_YUVJ444P || format == AV_PIX_FMT_YUVJ440P ||
         format == AV_PIX_FMT_YUVJ411P;
}

Frame WrapFrame(const AVFrame& frame) {
  const std::optional<PixelFormat> format = PlanarFormat(static_cast<AVPixelFormat>(frame.format));
  if (!format) throw Error(Code::kInternal, "The decoder gave samples of an unexpected kind.");
  std::shared_ptr<const AVFrame> owner(ffmpeg::CheckAllocated(av_frame_clone(&frame)),
                                       [](AVFrame* p) { av_frame_free(&p); });
  std::array<Frame::Plane, 3> planes{};
  for (size_t i = 0; i < static_cast<size_t>(format->planes()); ++i) {
    planes[i] = {owner->data[i], owner->linesize[i]};
  }
  return Frame::Wrap(*format, frame.width, frame.height, planes, owner);
}

ffmpeg::FramePtr BorrowFrame(const Frame& frame) {
  ffmpeg::FramePtr out = ffmpeg::NewFrame();
  out->width = frame.width();
  out->height = frame.height();
  out->format = AvFormat(frame.format());
  for (int i = 0; i < frame.format().planes(); ++i) {
    out->data[i] = const_cast<uint8_t*>(frame.Data(i));
    out->linesize[i] = static_cast<int>(frame.StrideBytes(i));
  }
  return out;
}

}  // namespace tapmask
