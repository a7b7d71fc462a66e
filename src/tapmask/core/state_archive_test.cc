// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/state_archive.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {

struct ForeignThing {
  double value = 0;
};
void Archive(StateArchive& archive, ForeignThing& thing) {
  archive(thing.value);
}

namespace {

enum class Kind { kOne, kTwo };

struct Thing {
  int number = 0;
  std::optional<double> maybe;
  std::string text;
  std::vector<float> floats;
  std::vector<std::string> texts;
  std::map<int, std::vector<uint8_t>> by_number;
  ForeignThing foreign;
  Kind kind = Kind::kOne;
  bool flag = false;

  void Archive(StateArchive& a) {
    a(number, maybe, text, floats, texts, by_number, foreign, kind, flag);
  }
};

Thing Made() {
  Thing thing;
  thing.number = -7;
  thing.maybe = 0.1;
  thing.text = std::string("a\0b", 3);
  thing.floats = {1.5f, -0.0f};
  thing.texts = {"", "x"};
  thing.by_number = {{3, {1, 2}}, {-1, {}}};
  thing.foreign.value = 2.5;
  thing.kind = Kind::kTwo;
  thing.flag = true;
  return thing;
}

std::string Saved(Thing thing) {
  StateArchive archive;
  archive(thing);
  return archive.bytes();
}

TEST(StateArchive, SavesPieceByPiece) {
  std::vector<size_t> pieces;
  std::string all;
  StateArchive archive([&](const std::string& bytes) {
    pieces.push_back(bytes.size());
    all += bytes;
  });
  std::vector<uint8_t> large(3'000'000, 7);
  Thing thing = Made();
  for (int i = 0; i < 3; ++i) archive(thing, large);
  EXPECT_EQ(pieces.size(), 3u);  // So much is never in memory at once.
  archive(thing);
  archive.Flush();
  EXPECT_EQ(pieces.size(), 4u);

  StateArchive whole;
  for (int i = 0; i < 3; ++i) whole(thing, large);
  whole(thing);
  EXPECT_EQ(all, whole.bytes());
}

TEST(StateArchive, RestoresWhatItSaved) {
  StateArchive archive(Saved(Made()));
  Thing back;
  back.maybe = 9;
  back.texts = {"was", "there", "before"};
  back.by_number = {{99, {}}};
  archive(back);
  EXPECT_TRUE(archive.AtEnd());
  EXPECT_EQ(back.number, -7);
  EXPECT_EQ(back.maybe, 0.1);
  EXPECT_EQ(back.text, std::string("a\0b", 3));
  EXPECT_EQ(back.texts, (std::vector<std::string>{"", "x"}));
  EXPECT_EQ(back.by_number, Made().by_number);
  EXPECT_EQ(back.foreign.value, 2.5);
  EXPECT_EQ(back.kind, Kind::kTwo);
  EXPECT_TRUE(back.flag);
  EXPECT_EQ(Saved(back), Saved(Made()));  // The floats too, to the bit.
}

TEST(StateArchive, ForgetsWhatWasThereWhenNothingWasSaved) {
  StateArchive archive(Saved(Thing()));
  Thing back = Made();
  archive(back);
  EXPECT_FALSE(back.maybe);
  EXPECT_TRUE(back.text.empty() && back.floats.empty() && back.by_number.empty());
}

TEST(StateArchive, RefusesEveryShorterOne) {
  const std::string whole = Saved(Made());
  for (size_t size = 0; size < whole.size(); ++size) {
    StateArchive archive(whole.substr(0, size));
    Thing thing;
    EXPECT_THROW(archive(thing), Error) << size;
  }
}

TEST(StateArchive, TakesNoMemoryForCountsThatCannotBe) {
  StateArchive saving;
  uint64_t huge = uint64_t{1} << 62;
  saving(huge);
  std::vector<double> numbers;
  std::string text;
  std::map<int, int> map;
  EXPECT_THROW(StateArchive(saving.bytes())(numbers), Error);
  EXPECT_THROW(StateArchive(saving.bytes())(text), Error);
  EXPECT_THROW(StateArchive(saving.bytes())(map), Error);
}

}  // namespace
}  // namespace tapmask
