// SPDX-License-Identifier: Apache-2.0
// How `tapmask serve` refuses to start; what it does when it has started is tested from outside.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/cli/data_lock.h"
#include "tapmask/cli/local_owner.h"
#include "tapmask/cli/service_host.h"
#include "tapmask/cli/service_parts.h"
#include "tapmask/core/error.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask {
namespace {

class ServiceStart : public testing::Test {
 protected:
  ServiceStart() {
    settings.data_folder = folder.path() / "data";
    settings.listen_port = 0;
  }

  std::optional<Code> Refusal() {
    try {
      const ServiceHost host(settings, Log());
    } catch (const Error& error) {
      return error.code();
    }
    return std::nullopt;
  }

  TestFolder folder;
  ServeSettings settings;
};

// The other one may be of an older version, whose database this one would change.
TEST_F(ServiceStart, OpensNothingWhereAnotherOneServes) {
  const FileDescriptor other = LockData(settings.data_folder);

  EXPECT_EQ(Refusal(), Code::kConflict);

  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(settings.data_folder)) {
    names.push_back(entry.path().filename());
  }
  EXPECT_EQ(names, std::vector<std::string>{"serve.lock"});
}

TEST_F(ServiceStart, LocksAFolderOnce) {
  const auto lock = [&] {
    try {
      return LockData(settings.data_folder);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kConflict);
      EXPECT_NE(error.public_text().find(settings.data_folder.string()), std::string::npos);
      return FileDescriptor();
    }
  };
  {
    const FileDescriptor first = lock();
    EXPECT_TRUE(first.IsOpen());
    EXPECT_FALSE(lock().IsOpen());
  }
  EXPECT_TRUE(lock().IsOpen()) << "the first one is gone";
}

TEST_F(ServiceStart, SaysThatTheLockCannotBeMade) {
  std::filesystem::create_directories(settings.data_folder / "serve.lock");

  EXPECT_EQ(Refusal(), Code::kUnavailable);
}

TEST_F(ServiceStart, GivesNobodysAccountToTheOwnersLink) {
  {
    const auto parts = OpenServiceParts(settings);
    const auto owner = EnsureOwner(
        *parts->stores, [](Time) {}, parts->clock.Now());
    ASSERT_TRUE(parts->stores->users().SetPasswordHash(owner.value(), "hash"));
  }

  EXPECT_EQ(Refusal(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace tapmask
