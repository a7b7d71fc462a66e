// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/probe.h"

#include <gtest/gtest.h>

namespace tapmask {
namespace {

VideoInfo PhoneClip() {
  VideoInfo info;
  info.container = "mov";
  info.codec = "h264";
  info.pixel_format = "yuv420p";
  info.geometry = {.coded = {1920, 1080}, .quarter_turns = 1, .coded_aspect = {1, 1}};
  info.orientation.clockwise_degrees = 90;
  info.frame_rate = {30000, 1001};
  info.frames = 300;
  info.duration_seconds = 10.01;
  info.audio.push_back({1, "aac", 2, 48000, "eng"});
  return info;
}

TEST(ProbeJson, DescribesTheShownPicture) {
  const auto json = ProbeJson(PhoneClip());

  EXPECT_EQ(json.at("width"), 1080);
  EXPECT_EQ(json.at("height"), 1920);
  EXPECT_EQ(json.at("rotation").dump(), "90");
  EXPECT_EQ(json.at("frames"), 300);
  EXPECT_EQ(json.at("duration"), 10.01);
  EXPECT_NEAR(json.at("fps").get<double>(), 29.97, 0.001);
  EXPECT_EQ(json.at("codec"), "h264");
  EXPECT_EQ(json.at("pixel_format"), "yuv420p");
  EXPECT_EQ(json.at("audio"), nlohmann::ordered_json::parse(R"([{"stream": 1, "codec": "aac",
      "channels": 2, "sample_rate": 48000, "language": "eng"}])"));
  EXPECT_EQ(json.at("limits_ok"), true);
}

TEST(ProbeJson, ComputesFramesThatTheFileDoesNotCount) {
  VideoInfo info = PhoneClip();
  info.frames = 0;

  EXPECT_EQ(ProbeJson(info).at("frames"), 300);
  EXPECT_EQ(ProbeJson(info).at("frames_exact"), false);

  info.duration_seconds = 0;
  EXPECT_TRUE(ProbeJson(info).at("frames").is_null());
  EXPECT_TRUE(ProbeJson(info).at("duration").is_null());
}

TEST(ProbeText, TellsShownAndStoredSizeApart) {
  const std::string text = ProbeText(PhoneClip());

  EXPECT_NE(text.find("1080x1920 as shown, 1920x1080 as stored, turned 90 degrees clockwise"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("within all limits"), std::string::npos) << text;
}

TEST(WithinLimits, HoldsAtTheLimitAndNotAboveIt) {
  VideoInfo info = PhoneClip();
  Limits limits;
  limits.max_long_side_px = 1920;
  limits.max_short_side_px = 1080;
  limits.max_duration_seconds = 10.01;
  limits.max_frames = 300;
  limits.max_streams = 2;
  info.file_bytes = limits.max_file_bytes = 1000;
  EXPECT_TRUE(WithinLimits(info, limits));

  const auto over = [&](auto change) {
    VideoInfo changed = info;
    change(changed);
    return !WithinLimits(changed, limits);
  };
  EXPECT_TRUE(over([](VideoInfo& v) { v.geometry.coded = {1921, 1080}; }));
  EXPECT_TRUE(over([](VideoInfo& v) { v.geometry.coded = {1081, 1920}; }));
  EXPECT_TRUE(over([](VideoInfo& v) { v.duration_seconds = 10.02; }));
  EXPECT_TRUE(over([](VideoInfo& v) { v.frames = 301; }));
  EXPECT_TRUE(over([](VideoInfo& v) { v.frames = 0, v.frame_rate = {1000, 1}; }));
  EXPECT_TRUE(over([](VideoInfo& v) { v.others.emplace_back(); }));
  EXPECT_TRUE(over([](VideoInfo& v) { v.file_bytes = 1001; }));
}

}  // namespace
}  // namespace tapmask
