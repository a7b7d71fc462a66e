# SPDX-License-Identifier: Apache-2.0
"""Recipes of clips that tapmask has to work on, each with what is special about it."""

import math
import struct
from fractions import Fraction

import film
import mkv_blocks
import mp4_boxes
from kitchen import X264, X265_10, Clip
from media_check import Expectations


def plain(*args, **kwargs):
    return lambda kitchen, path: kitchen.encode(path, *args, **kwargs)


def turned(a, b, c, d):
    def make(kitchen, path):
        kitchen.encode(path)
        mp4_boxes.set_display_matrix(path, a, b, c, d)
    return make


SRT = """1
00:00:00,100 --> 00:00:00,400
First line

2
00:00:00,500 --> 00:00:01,000
Second, with <i>markup</i>
and two rows é
"""
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, \
Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, \
MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,20,&H00FFFFFF,&H000000FF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,2,2,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.10,0:00:00.40,Default,,0,0,0,,First {\\i1}line{\\i0}
Dialogue: 0,0:00:00.50,0:00:01.00,Default,,0,0,0,,Second
"""
VTT = "WEBVTT\n\n00:00.100 --> 00:00.400\nFirst line\n\n00:00.500 --> 00:01.000\nSecond\n"
CHAPTERS = (";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=400\ntitle=Opening\n"
            "[CHAPTER]\nTIMEBASE=1/1000\nSTART=400\nEND=1200\ntitle=The walk\n")
WITH_ALL = ("-map", "0:v", "-map", "1:a", "-map", "2")


def subtitled(name, text, codec, *args, **kwargs):
    def make(kitchen, path):
        kitchen.encode(path, *WITH_ALL, "-c:s", codec, "-metadata:s:s:0", "language=fra", *args,
                       inputs=("-i", kitchen.text(name, text)), **kwargs)
    return make


def with_chapters(kitchen, path):
    kitchen.encode(path, "-map", "0:v", "-map", "1:a", "-map_chapters", "2",
                   inputs=("-i", kitchen.text("chapters.txt", CHAPTERS)))


def pgs(events):
    """Blu-ray bitmap subtitles: a small white square at each of `events` [(start, end) in s]."""
    def segment(seconds, kind, body):
        return b"PG" + struct.pack(">IIBH", round(seconds * 90000), 0, kind, len(body)) + body
    data = b""
    row = bytes([1] * 8) + b"\0\0"
    for number, (start, end) in enumerate(events):
        place = struct.pack(">HBBHH", 0, 0, 0, 20, 20)
        data += segment(start, 0x16, struct.pack(">HHBHBBBB", 320, 180, 0x10, 2 * number, 0x80, 0, 0, 1) + place)
        data += segment(start, 0x17, struct.pack(">BBHHHH", 1, 0, 20, 20, 8, 8))
        data += segment(start, 0x14, bytes([0, 0, 1, 235, 128, 128, 255]))
        picture = struct.pack(">HH", 8, 8) + row * 8
        data += segment(start, 0x15, struct.pack(">HBB", 0, 0, 0xC0) + len(picture).to_bytes(3, "big") + picture)
        data += segment(start, 0x80, b"")
        data += segment(end, 0x16, struct.pack(">HHBHBBBB", 320, 180, 0x10, 2 * number + 1, 0, 0, 0, 0))
        data += segment(end, 0x80, b"")
    return data


def with_bitmap_subtitles(kitchen, path):
    file = kitchen.folder / ".bitmap.sup"
    file.write_bytes(pgs([(0.1, 0.4), (0.5, 1.0)]))
    kitchen.encode(path, *WITH_ALL, "-c:s", "copy", inputs=("-i", file))


def with_attachment(kitchen, path):
    font = kitchen.text("font.ttf", "not really a font, but secret-attachment-words\n" * 9)
    kitchen.encode(path, "-attach", font, "-metadata:s:t", "mimetype=application/x-truetype-font")


def size_changes(kitchen, path):
    """The second half has another size: one stream, two parameter sets."""
    halves = []
    for n, size in enumerate(("320x180", "256x144")):
        halves.append(kitchen.folder / f".half{n}.h264")
        kitchen.encode(halves[-1], "-frames:v", "15", "-s", size, "-bf", "0", "-f", "h264", audio=False)
    both = kitchen.folder / ".both.h264"
    both.write_bytes(b"".join(h.read_bytes() for h in halves))
    kitchen.ffmpeg("-framerate", "25", "-i", both, "-c", "copy", "-bsf:v", "setts=ts=N/25/TB", path)


def two_videos(kitchen, path):
    kitchen.encode(path, "-map", "0:v", "-map", "1:a", "-map", "2:v", "-s:v:1", "160x90",
                   "-disposition:v:1", "0", inputs=("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=1.2"))


def with_cover(kitchen, path):
    cover = kitchen.folder / ".cover.jpg"
    kitchen.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=100x100", "-frames:v", 1, cover)
    kitchen.encode(path, *WITH_ALL, "-c:v:1", "copy", "-disposition:v:1", "attached_pic",
                   inputs=("-i", cover))


def cut_off(share, *args, **kwargs):
    def make(kitchen, path):
        kitchen.encode(path, "-g", "10", *args, **kwargs)
        data = path.read_bytes()
        path.write_bytes(data[:int(len(data) * share)])
    return make


def backward_ctts(kitchen, path):
    """The presentation time of one frame lies before that of its predecessor, of another on it."""
    kitchen.encode(path, "-bf", "0", "-video_track_timescale", "25000", filters="setpts='PTS+mod(N\\,2)*0.004/TB'")
    mp4_boxes.add_composition_offsets(path, {10: -2500, 20: -1100})


def equal_times(kitchen, path):
    kitchen.encode(path, video=("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"))
    mkv_blocks.change_times(path, 1, {5: 160, 12: 400, 13: 400})


def second_words(kitchen, path):
    """A line of user data beside the encoder's own."""
    source = kitchen.folder / ".plain_for_sei.mp4"
    kitchen.encode(source)
    kitchen.ffmpeg("-i", source, "-c", "copy", "-bsf:v", "h264_metadata=sei_user_data="
                   "086f3693b7b34f2c965321492feee5b8+secret-source-note", path)


def begins_inside_gop(kitchen, path):
    source = kitchen.folder / ".long_gop.mp4"
    kitchen.encode(source, count=60)
    kitchen.ffmpeg("-ss", "0.5", "-i", source, "-c", "copy", path)


def pictures(suffix, *args):
    def make(kitchen, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        kitchen.ffmpeg("-i", kitchen.raw(), "-frames:v", 12, *args, "-start_number", 0, path)
    return make


def audio_late(seconds, *args):
    def make(kitchen, path):
        source = kitchen.folder / f".for_offset_{path.suffix[1:]}{path.suffix}"
        kitchen.encode(source)
        kitchen.ffmpeg("-i", source, "-itsoffset", seconds, "-i", source, "-map", "0:v", "-map", "1:a",
                       "-c", "copy", *args, path)
    return make


def later_start(kitchen, path):
    source = kitchen.folder / ".for_later_start.mp4"
    kitchen.encode(source)
    kitchen.ffmpeg("-i", source, "-c", "copy", "-output_ts_offset", "1.5", path)


GPS = ("-metadata", "location=+48.8577+002.2950/", "-metadata", "location-eng=+48.8577+002.2950/",
       "-metadata", "make=Examplephone", "-metadata", "model=EX-4711 Pro", "-metadata",
       "com.apple.quicktime.location.ISO6709=+48.8577+002.2950+035.000/", "-metadata",
       "com.android.version=13.7.9", "-metadata", "creation_time=2021-03-04T05:06:07Z", "-metadata",
       "comment=shot by Examplename", "-metadata", "artist=Examplename Person", "-metadata:s:v",
       "handler_name=Examplephone Handler", "-metadata:s:v", "creation_time=2021-03-04T05:06:07Z")
GPS_BYTES = (b"48.8577", b"Examplephone", b"EX-4711", b"Examplename", b"13.7.9")
HDR10 = (*X265_10[:-1], "log-level=error:pools=2:hdr10=1:repeat-headers=1:colorprim=bt2020:transfer=smpte2084:"
         "colormatrix=bt2020nc:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)"
         "L(10000000,50):max-cll=1000,400")
HLG = (*X265_10[:-1], "log-level=error:pools=2:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc")


def tagged(primaries, transfer, matrix, **more):
    """Newer FFmpegs take the colours from the frames, older ones from the options."""
    option = {"bt470bg": "gamma28"}.get(transfer, transfer)  # It has two names.
    return plain("-color_primaries", primaries, "-color_trc", option, "-colorspace", matrix,
                 filters=f"setparams=color_primaries={primaries}:color_trc={transfer}:colorspace={matrix}", **more)


COS, SIN = math.cos(math.radians(30)), math.sin(math.radians(30))

CLIPS = [
    # Orientation and shape.
    Clip("turn_90", turned(0, 1, -1, 0), "mov"),
    Clip("turn_180", turned(-1, 0, 0, -1)),
    Clip("turn_270", turned(0, -1, 1, 0)),
    Clip("turn_90_into_mkv", turned(0, 1, -1, 0), output="mkv"),
    Clip("mirrored", turned(-1, 0, 0, 1), says=("mirror",)),
    Clip("mirrored_and_turned", turned(0, 1, 1, 0), says=("mirror",)),
    Clip("tilted_30", turned(COS, SIN, -SIN, COS), object_known=False),
    Clip("odd_sides_444", plain(video=(*X264, "-pix_fmt", "yuv444p"), size=(321, 181)), size=(321, 181)),
    Clip("odd_sides_mjpeg", plain("-c:a", "pcm_s16le", video=("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"),
                                  size=(321, 181)), "avi", size=(321, 181)),
    Clip("wide_pixels", plain(filters="setsar=4/3")),
    Clip("tall_pixels_turned", lambda k, p: (k.encode(p, filters="setsar=3/4"),
                                             mp4_boxes.set_display_matrix(p, 0, 1, -1, 0))),
    # Depth, chroma, colours, fields.
    Clip("deep_10", plain(video=X265_10)),
    Clip("hdr10", tagged("bt2020", "smpte2084", "bt2020nc", video=HDR10)),
    Clip("hlg", tagged("bt2020", "arib-std-b67", "bt2020nc", video=HLG)),
    Clip("h264_10", plain(video=(*X264, "-pix_fmt", "yuv420p10le"))),
    Clip("chroma_422", plain(video=(*X264, "-pix_fmt", "yuv422p")), says=("4:2:",)),
    Clip("chroma_422_kept", plain(video=(*X264, "-pix_fmt", "yuv422p")), args=("--keep-chroma",),
         expect=Expectations(keep_chroma=True)),
    Clip("prores_422_10", plain("-c:a", "pcm_s24le", video=("-c:v", "prores_ks", "-profile:v", "2", "-pix_fmt", "yuv422p10le")),
         "mov"),
    Clip("chroma_444_kept", plain(video=(*X264, "-pix_fmt", "yuv444p")), args=("--keep-chroma",),
         expect=Expectations(keep_chroma=True)),
    Clip("interlaced_top", plain(video=(*X264, "-flags", "+ildct+ilme", "-top", "1"))),
    Clip("interlaced_bottom", plain(video=(*X264, "-flags", "+ildct+ilme", "-top", "0", "-x264-params", "bff=1"))),
    Clip("interlaced_prores", plain("-c:a", "pcm_s16le", filters="setfield=tff", video=(
        "-c:v", "prores_ks", "-flags", "+ildct", "-top", "1", "-pix_fmt", "yuv422p10le")), "mov"),
    Clip("deinterlaced", plain(video=(*X264, "-flags", "+ildct+ilme", "-top", "1")), args=("--deinterlace",),
         expect=Expectations(deinterlace=True, min_psnr_db=25)),
    Clip("full_range", plain("-color_range", "pc", video=(*X264, "-pix_fmt", "yuvj420p"))),
    Clip("bt601_ntsc", tagged("smpte170m", "smpte170m", "smpte170m")),
    Clip("bt601_pal", tagged("bt470bg", "bt470bg", "bt470bg")),
    Clip("bt2020_8", tagged("bt2020", "bt2020-10", "bt2020nc")),
    Clip("grey", plain(video=(*X264, "-pix_fmt", "gray"))),
    Clip("twelve_bit", plain(video=("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p12le", "-x265-params",
                                    "log-level=error"))),
    Clip("alpha_vp9", plain("-c:a", "libopus", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", video=(
        "-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime", "-crf", "20", "-b:v", "0")), "webm"),
    Clip("alpha_prores", plain("-c:a", "pcm_s16le", video=("-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt",
                                                          "yuva444p10le")), "mov"),
    Clip("rgb_lossless", plain(video=("-c:v", "libx264rgb", "-preset", "ultrafast", "-crf", "10"))),
    Clip("chroma_topleft", plain("-chroma_sample_location", "topleft")),
    # Times.
    Clip("variable_rate", plain("-fps_mode", "passthrough", "-enc_time_base", "1:1000", "-video_track_timescale",
                                "1000", filters="setpts='(N*40+mod(N*7,5)*9+floor(N/10)*200)/1000/TB'")),
    Clip("variable_rate_mkv", plain("-fps_mode", "passthrough", "-enc_time_base", "1:1000",
                                    filters="setpts='(N*40+mod(N*7,5)*9)/1000/TB'"), "mkv"),
    Clip("ntsc_rate", plain("-r", "30000/1001"), object_known=False),
    Clip("odd_time_base", plain("-video_track_timescale", "600")),
    Clip("starts_late", later_start),
    Clip("starts_late_mkv", later_start, "mkv"),
    Clip("backward_times", backward_ctts, says=("time",)),
    Clip("equal_times_mkv", equal_times, "mkv", says=("time",)),
    Clip("begins_inside_gop", begins_inside_gop, object_known=False, point=(116, 88)),
    Clip("fragmented", plain("-movflags", "frag_keyframe+empty_moov", "-g", "10")),
    Clip("one_frame", plain(count=1, audio=False)),
    Clip("no_audio", plain(audio=False)),
    # Codecs and containers in.
    Clip("vp9_opus", plain("-c:a", "libopus", "-pix_fmt", "yuv420p", video=("-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime",
                                                     "-b:v", "0", "-crf", "20")), "webm"),
    Clip("vp8_vorbis", plain("-c:a", "libvorbis", "-pix_fmt", "yuv420p", video=("-c:v", "libvpx", "-cpu-used", "8", "-deadline", "realtime",
                                                         "-b:v", "2M")), "webm", says=("aac", "few players")),
    Clip("av1", plain(video=("-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-crf", "20",
                             "-pix_fmt", "yuv420p"))),
    Clip("mpeg4_avi", plain("-c:a", "libmp3lame", video=("-c:v", "mpeg4", "-q:v", "2")), "avi"),
    Clip("mpeg4_b_avi", plain("-c:a", "libmp3lame", video=("-c:v", "mpeg4", "-q:v", "2", "-bf", "2")), "avi"),
    Clip("h264_mkv_opus", plain("-c:a", "libopus"), "mkv"),
    Clip("h264_mkv_out_mkv", plain("-c:a", "libopus"), "mkv", output="mkv"),
    Clip("out_mov", plain(), output="mov"),
    Clip("ac3_mkv", plain("-c:a", "ac3"), "mkv"),
    Clip("flac_mkv", plain("-c:a", "flac"), "mkv"),
    # Sound.
    Clip("pcm_s16_mov", plain("-c:a", "pcm_s16le"), "mov", says=("alac",)),
    Clip("pcm_s24_mov", plain("-c:a", "pcm_s24le"), "mov", says=("alac",)),
    Clip("pcm_u8_avi", plain("-c:a", "pcm_u8", "-ar", "11025"), "avi"),
    Clip("pcm_float_mkv", plain("-c:a", "pcm_f32le"), "mkv", says=("aac",)),
    Clip("mono_44100", plain("-ar", "44100", "-ac", "1")),
    Clip("two_languages", plain("-map", "0:v", "-map", "1:a", "-map", "2:a", "-metadata:s:a:0", "language=deu",
                                "-metadata:s:a:1", "language=fra", inputs=("-f", "lavfi", "-i",
                                                                           "sine=frequency=900:duration=1.2"))),
    Clip("audio_late", audio_late("0.5")),
    Clip("audio_early", audio_late("-0.3")),
    Clip("audio_late_by_a_fraction", audio_late("0.40046", "-movie_timescale", "90000")),
    Clip("audio_late_mkv", audio_late("0.5"), "mkv"),
    # Text.
    Clip("srt_mkv", subtitled("s.srt", SRT, "srt"), "mkv"),
    Clip("ass_mkv", subtitled("s.ass", ASS, "ass"), "mkv"),
    Clip("webvtt_webm", subtitled("s.vtt", VTT, "webvtt", "-c:a", "libopus", video=(
        "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M")), "webm"),
    Clip("mov_text", subtitled("m.srt", SRT, "mov_text")),
    Clip("bitmap_subtitles", with_bitmap_subtitles, "mkv", says=("subtitle",)),
    Clip("bitmap_subtitles_out_mkv", with_bitmap_subtitles, "mkv", output="mkv", says=("subtitle",)),
    Clip("srt_overlapping", subtitled("o.srt", SRT.replace("00:00:00,400", "00:00:00,800"), "srt"), "mkv"),
    Clip("srt_out_mkv", subtitled("s.srt", SRT, "srt"), "mkv", output="mkv"),
    Clip("chapters", with_chapters),
    Clip("chapters_mkv", with_chapters, "mkv"),
    # What has to stay behind.
    Clip("two_videos", two_videos, says=("video",)),
    Clip("cover_art", with_cover),
    Clip("gps_mov", plain(*GPS, "-movflags", "use_metadata_tags"), "mov", forbidden=GPS_BYTES, says=("location",)),
    Clip("gps_mp4", plain(*GPS), forbidden=GPS_BYTES),
    Clip("gps_mkv", plain(*GPS), "mkv", forbidden=GPS_BYTES),
    Clip("gps_out_mkv", plain(*GPS, "-movflags", "use_metadata_tags"), "mov", output="mkv", forbidden=GPS_BYTES),
    Clip("attachment", with_attachment, "mkv", forbidden=(b"secret-attachment-words",)),
    Clip("attachment_out_mkv", with_attachment, "mkv", output="mkv", forbidden=(b"secret-attachment-words",)),
    Clip("user_data", second_words, forbidden=(b"secret-source-note",)),
    # Damage.
    Clip("cut_off_mp4", cut_off(0.6, "-movflags", "+faststart"), truncated=True),
    Clip("cut_off_mkv", cut_off(0.6), "mkv", truncated=True),
    Clip("cut_off_avi", cut_off(0.6, "-c:a", "libmp3lame", video=("-c:v", "mpeg4", "-q:v", "2")), "avi", truncated=True),
    Clip("size_changes", size_changes, "mkv", object_known=False, says=("size",)),
    # Pictures.
    Clip("clear/%03d", pictures("png", "-pix_fmt", "rgba"), "png"),
    Clip("grey/%03d", pictures("png", "-pix_fmt", "gray"), "png"),
    Clip("deep/%03d", pictures("png", "-pix_fmt", "rgb48be"), "png"),
    Clip("pictures/%03d", pictures("png"), "png"),
    Clip("photos/%03d", pictures("jpg", "-q:v", "2"), "jpg"),
]
assert len({c.name for c in CLIPS}) == len(CLIPS)
