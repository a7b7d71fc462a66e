// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/value_parser.h"

#include <string>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

template <class Call>
std::string RefusalOf(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidArgument);
    return error.public_text();
  }
  return "not refused";
}

TEST(ValueParser, ReadsNumbersInTheirRange) {
  EXPECT_EQ(ParseNumber("--crf", "0", 0, 51), 0);
  EXPECT_EQ(ParseNumber("--crf", "17.5", 0, 51), 17.5);
  EXPECT_EQ(ParseInteger("--threads", "16", 0, 256), 16);
}

TEST(ValueParser, SaysWhichOptionTakesWhat) {
  EXPECT_EQ(RefusalOf([] { ParseNumber("--crf", "52", 0, 51); }),
            "--crf takes a number from 0 to 51, not '52'.");
  EXPECT_EQ(RefusalOf([] { ParseInteger("--threads", "many", 1, 256); }),
            "--threads takes a whole number from 1 to 256, not 'many'.");
}

TEST(ValueParser, RefusesWhatIsNoPlainNumber) {
  for (const char* text :
       {"", " 1", "1 ", "1,5", "nan", "inf", "-inf", "1e999", "0x10", "+1", "1s"}) {
    EXPECT_FALSE(NumberFrom(text)) << text;
  }
  for (const char* text : {"", "1.0", "1e3", "99999999999999999999", "--1"}) {
    EXPECT_FALSE(IntegerFrom(text)) << text;
  }
}

TEST(ValueParser, ReadsRatesAsRatiosAndDecimals) {
  EXPECT_EQ(ParseRate("--fps", "25"), (Rational{25, 1}));
  EXPECT_EQ(ParseRate("--fps", "30000/1001"), (Rational{30000, 1001}));
  EXPECT_EQ(ParseRate("--fps", "29.97"), (Rational{2997, 100}));
  for (const char* text : {"0", "-25", "25/0", "0/1", "/", "25/", "1/2/3", "nan", "1001", "1e-9",
                           "9999999999999/1", "1/99999999"}) {
    EXPECT_NE(RefusalOf([&] { ParseRate("--fps", text); }), "not refused") << text;
  }
}

TEST(ValueParser, ReadsSizes) {
  EXPECT_EQ(ParseSize("--size", "960x540", 32, 8192), (Size{960, 540}));
  for (const char* text :
       {"960", "x", "960x", "x540", "960x540x3", "31x540", "960x8193", "9 x 5"}) {
    EXPECT_NE(RefusalOf([&] { ParseSize("--size", text, 32, 8192); }), "not refused") << text;
  }
}

TEST(ValueParser, ListsTheWordsThatAnOptionTakes) {
  constexpr NamedValue<int> kWords[] = {{"keep", 1}, {"mute", 2}, {"drop", 3}};

  EXPECT_EQ(ParseNamed("--audio", "mute", kWords), 2);
  EXPECT_EQ(RefusalOf([&] { ParseNamed("--audio", "Mute", kWords); }),
            "--audio takes keep, mute or drop, not 'Mute'.");
}

}  // namespace
}  // namespace tapmask
