// SPDX-License-Identifier: Apache-2.0
// `tapmask user erase`, as the whole command.
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/cli/command_line.h"
#include "tapmask/cli/local_owner.h"
#include "tapmask/cli/service_parts.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask {
namespace {

class UserErase : public testing::Test {
 protected:
  UserErase() {
    settings.data_folder = folder.path() / "data";
    const auto parts = OpenServiceParts(settings);
    const auto made = EnsureOwner(
        *parts->stores, [](Time) {}, parts->clock.Now());
    owner = made.value();
  }

  ExitCode Start(const std::string& command) {
    err.str("");
    std::ostringstream out;
    std::vector<std::string> arguments{"user", command, kOwnerEmail, "--data",
                                       settings.data_folder.string()};
    if (command == "set-tier") arguments.push_back("pro");
    return RunCommandLine(arguments, {out, err});
  }
  bool IsThere() { return OpenServiceParts(settings)->stores->users().Get(owner).has_value(); }

  TestFolder folder;
  ServeSettings settings;
  UserId owner;
  std::ostringstream err;
};

TEST_F(UserErase, LeavesNoAccount) {
  EXPECT_EQ(Start("erase"), ExitCode::kDone) << err.str();
  EXPECT_FALSE(IsThere());
  EXPECT_EQ(Start("erase"), ExitCode::kBadUsage);
  EXPECT_NE(err.str().find("There is no account"), std::string::npos);
}

// By its owner, in a service that ended before it got to it.
TEST_F(UserErase, GoesOnWithAnAccountThatIsClosedAlready) {
  {
    const auto parts = OpenServiceParts(settings);
    ASSERT_TRUE(parts->stores->users().Close(owner, parts->clock.Now()));
  }
  EXPECT_EQ(Start("set-tier"), ExitCode::kBadUsage) << "nothing else works with it";
  ASSERT_TRUE(IsThere());

  EXPECT_EQ(Start("erase"), ExitCode::kDone) << err.str();

  EXPECT_EQ(err.str(), "");
  EXPECT_FALSE(IsThere());
}

}  // namespace
}  // namespace tapmask
