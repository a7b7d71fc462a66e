// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/mask_file.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

// A text as a blob, which counts what is read of it.
class TextBlob final : public BlobReader {
 public:
  explicit TextBlob(std::string text) : text_(std::move(text)) {}
  int64_t size_bytes() const override { return static_cast<int64_t>(text_.size()); }
  size_t ReadAt(int64_t offset, std::span<std::byte> out) override {
    if (offset >= size_bytes()) return 0;
    const size_t size = std::min(out.size(), text_.size() - static_cast<size_t>(offset));
    std::memcpy(out.data(), text_.data() + offset, size);
    read_ += size;
    return size;
  }
  size_t read() const { return read_; }

 private:
  const std::string text_;
  size_t read_ = 0;
};

std::string HeaderLine() {
  return R"({"format":"tapmask-masks","version":1,"width":16,"height":9,"sample_aspect":[4,3],)"
         R"("time_base":[1,12800],"engine":"classical","objects":[{"id":1,"points":[]}]})"
         "\n";
}

std::string RecordLine(int64_t frame, int object = 1, std::string_view counts = "m03600000_2") {
  return fmt::format(R"({{"object":{},"frame":{},"pts":{},"state":"tracked","confidence":0.97,)"
                     R"("bbox":[3,2,4,3],"rle":{{"size":[9,16],"counts":"{}"}}}})"
                     "\n",
                     object, frame, frame * 512, counts);
}

std::string EndLine(int64_t frames) {
  return fmt::format(R"({{"end":true,"frames":{}}})", frames) + "\n";
}

std::vector<std::pair<int64_t, int>> FramesFrom(MaskFile& file, int64_t from, size_t most) {
  std::vector<std::pair<int64_t, int>> frames;
  file.ForEachFrom(from, [&](MaskFile::Record&& record) {
    frames.emplace_back(record.frame, record.object);
    return frames.size() < most;
  });
  return frames;
}

TEST(MaskFile, ReadsHeaderEndAndRecords) {
  TextBlob blob(HeaderLine() + RecordLine(0) + RecordLine(1, 2) + EndLine(250));
  MaskFile file(blob);
  EXPECT_EQ(file.header().width, 16);
  EXPECT_EQ(file.header().height, 9);
  EXPECT_EQ(file.header().sample_aspect, (Rational{4, 3}));
  EXPECT_EQ(file.header().time_base, (Rational{1, 12'800}));
  EXPECT_EQ(file.header().engine, "classical");
  EXPECT_EQ(file.frames(), 250);
  std::vector<MaskFile::Record> records;
  file.ForEachFrom(0, [&](MaskFile::Record&& record) {
    records.push_back(std::move(record));
    return true;
  });
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].object, 2);
  EXPECT_EQ(records[1].frame, 1);
  EXPECT_EQ(records[1].pts, 512);
  EXPECT_EQ(records[1].state, TrackState::kTracked);
  EXPECT_EQ(records[1].confidence, 0.97);
  EXPECT_EQ(records[1].bounding_box, (Rect{3, 2, 4, 3}));
  EXPECT_EQ(records[1].rle, "m03600000_2");
}

TEST(MaskFile, HasNothingInATrackOfNoRecords) {
  TextBlob blob(HeaderLine() + EndLine(0));
  MaskFile file(blob);
  EXPECT_TRUE(FramesFrom(file, 0, 10).empty());
}

// Lines of very different lengths, frames that are left out, several objects; from everywhere.
TEST(MaskFile, FindsEveryFrame) {
  std::string text = HeaderLine();
  std::vector<std::pair<int64_t, int>> all;
  for (int64_t frame = 0; frame < 600; ++frame) {
    if (frame % 7 == 3) continue;
    for (int object = 1; object <= 1 + frame % 3; ++object) {
      const size_t length = frame % 50 == 0 ? 100'000 : static_cast<size_t>(frame * 13 % 3'000);
      text += RecordLine(frame, object, std::string(length, '0'));
      all.emplace_back(frame, object);
    }
  }
  TextBlob blob(text + EndLine(600));
  MaskFile file(blob);
  EXPECT_EQ(FramesFrom(file, 0, all.size() + 1), all);
  for (int64_t from = 0; from <= 601; ++from) {
    const auto expected = std::find_if(all.begin(), all.end(),
                                       [&](const auto& record) { return record.first >= from; });
    const auto found = FramesFrom(file, from, 1);
    if (expected == all.end()) {
      EXPECT_TRUE(found.empty()) << from;
    } else {
      ASSERT_EQ(found.size(), 1u) << from;
      EXPECT_EQ(found[0], *expected) << from;
    }
  }
}

TEST(MaskFile, ReadsLittleOfALongTrack) {
  std::string text = HeaderLine();
  for (int64_t frame = 0; frame < 20'000; ++frame) {
    text += RecordLine(frame, 1, std::string(900, '0'));
  }
  TextBlob blob(text + EndLine(20'000));
  ASSERT_GT(blob.size_bytes(), 20'000'000);
  MaskFile file(blob);
  EXPECT_EQ(FramesFrom(file, 19'000, 1)[0].first, 19'000);
  EXPECT_LT(blob.read(), 1'500'000u);
}

TEST(MaskFile, RefusesWhatIsNoTrack) {
  const auto expect_internal = [](const std::string& text) {
    TextBlob blob(text);
    try {
      MaskFile file(blob);
      FramesFrom(file, 0, 1'000);
      ADD_FAILURE() << "taken: " << text.substr(0, 300);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kInternal) << text.substr(0, 300);
    }
  };
  const std::string header = HeaderLine(), record = RecordLine(0), end = EndLine(1);
  const auto changed = [](std::string text, std::string_view from, std::string_view to) {
    return text.replace(text.find(from), from.size(), to);
  };
  expect_internal("");
  expect_internal("\n");
  expect_internal("\n\n\n");
  expect_internal(header);
  expect_internal(end);
  expect_internal(end + end);
  expect_internal(header + record);
  expect_internal(header + record + "{}\n");
  expect_internal(header + record + "{\"end\":false,\"frames\":1}\n");
  expect_internal(header + record + "{\"end\":true,\"frames\":-1}\n");
  expect_internal(header + record + std::string(10'000, 'x') + "\n");
  expect_internal(header + "\n" + end);
  expect_internal(header + "null\n" + end);
  expect_internal(header + std::string(1'000'000, '[') + "\n" + end);
  expect_internal(changed(header, "tapmask-masks", "other") + record + end);
  expect_internal(changed(header, "\"version\":1", "\"version\":2") + record + end);
  expect_internal(changed(header, "\"width\":16", "\"width\":16385") + record + end);
  expect_internal(changed(changed(header, ":16,", ":16384,"), ":9,", ":16384,") + record + end);
  expect_internal(changed(header, "[4,3]", "[4,0]") + record + end);
  expect_internal(changed(header, "classical", "") + record + end);
  expect_internal(changed(header, "classical", "<b>") + record + end);
  expect_internal(changed(header, "classical", std::string(65, 'x')) + record + end);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"object\":1", "\"object\":33"},
           {"\"frame\":0", "\"frame\":-1"},
           {"\"frame\":0", "\"frame\":1.5"},
           {"\"frame\":0", "\"frame\":99999999999999999999"},
           {"{\"object\":1,\"frame\":0", "{\"frame\":0,\"object\":1"},
           {"tracked", "hidden"},
           {"0.97", "1.5"},
           {"0.97", "null"},
           {"[3,2,4,3]", "[3,2,4]"},
           {"[3,2,4,3]", "[3,2,4,99999]"},
           {"[9,16]", "[16,9]"},
           {"\"rle\":{", "\"other\":{"},
           {"\"m03600000_2\"", "7"},
           {"\"pts\":0", "\"pts\":18446744073709551615"},
       }) {
    expect_internal(header + changed(record, from, to) + end);
  }
}

// What any file at all may hold: the search must end, and in nothing but an error.
TEST(MaskFile, SurvivesATrackThatWasCutOrMixed) {
  std::string text = HeaderLine();
  for (int64_t frame = 0; frame < 400; ++frame) {
    text += RecordLine(frame * 37 % 400, 1, std::string(1'000, '0'));
  }
  text += EndLine(400);
  for (size_t size = 0; size <= text.size(); size += 4'099) {
    for (const bool has_end : {false, true}) {
      TextBlob blob(text.substr(0, size) + (has_end ? "\n" + EndLine(400) : ""));
      try {
        MaskFile file(blob);
        for (const int64_t from : {0, 200, 399}) FramesFrom(file, from, 1'000);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::kInternal);
      }
    }
  }
}

}  // namespace
}  // namespace tapmask::api
