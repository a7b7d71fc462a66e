// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/narrator.h"

#include <sstream>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

class NarratorTest : public testing::Test {
 protected:
  Narrator Make(TalkOptions options) { return Narrator(options, {out, err}); }

  std::ostringstream out;
  std::ostringstream err;
};

Notices OneOfEach() {
  Notices notices;
  notices.changed = {"Chroma was halved."};
  notices.left_out = {"A picture subtitle was left out."};
  notices.scrubbed = {"The place was removed."};
  notices.warnings = {"The input is cut off."};
  return notices;
}

TEST_F(NarratorTest, NamesEverythingThatIsNotAsInTheInput) {
  Make({}).Tell(OneOfEach());

  EXPECT_EQ(err.str(),
            "Warning: The input is cut off.\n"
            "Changed: Chroma was halved.\n"
            "Left out: A picture subtitle was left out.\n"
            "Removed: The place was removed.\n");
  EXPECT_EQ(out.str(), "");
}

TEST_F(NarratorTest, KeepsOnlyWarningsAndErrorsWhenQuiet) {
  Narrator narrator = Make({.quiet = true});

  narrator.Tell(OneOfEach());
  narrator.Say("Done.");
  narrator.Fail("internal", ExitCode::kFailed, "It broke; try again.");

  EXPECT_EQ(err.str(), "Warning: The input is cut off.\ntapmask: It broke; try again.\n");
}

TEST_F(NarratorTest, WritesEventsAsJsonLinesBesideTheWords) {
  Narrator narrator = Make({.json = true});

  narrator.Warn("Look at it.");
  narrator.Done({{"frames", 3}});
  narrator.Fail("not_found", ExitCode::kRefused, "There is no file a.mp4; check the name.");

  EXPECT_EQ(out.str(), R"({"event":"notice","kind":"warning","text":"Look at it."})"
                       "\n"
                       R"({"event":"done","frames":3})"
                       "\n"
                       R"({"event":"error","code":"not_found","exit_code":3,)"
                       R"("text":"There is no file a.mp4; check the name."})"
                       "\n");
  EXPECT_NE(err.str().find("There is no file a.mp4"), std::string::npos);
}

TEST(Printable, KeepsWordsAndReplacesWhatSteersATerminal) {
  EXPECT_EQ(Printable("zażółć 字 x.mp4"), "zażółć 字 x.mp4");
  EXPECT_EQ(Printable("a\x1b[2Jb\nc\x7f"), "a?[2Jb?c?");
  EXPECT_EQ(Printable("a\xc2\x9b"
                      "2Jb"),
            "a?2Jb");
  EXPECT_EQ(Printable(""), "");
}

TEST(JsonText, ReplacesBytesThatAreNoUtf8) {
  const std::string text = JsonText({{"file", "a\xff.mp4"}});

  EXPECT_EQ(text, "{\"file\":\"a\xef\xbf\xbd.mp4\"}");
}

}  // namespace
}  // namespace tapmask
