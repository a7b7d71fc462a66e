// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/jobs/stores.h"

// What every back end must do, as suites to be instantiated for each of them; the tests stand in
// the *_conformance.cc files beside this one:
//
//   TAPMASK_STORE_SUITES(Sqlite, StoreUnderTest{...});
namespace tapmask {

struct StoreUnderTest {
  std::string name;
  // What is kept at a place, which is an empty folder of the test's own. Opening one place again
  // is what another process does.
  std::function<std::unique_ptr<Stores>(const std::filesystem::path& place, const JobRules&)> open;
  // All bytes that are kept there, whatever they mean.
  std::function<std::string(const std::filesystem::path& place)> bytes;
};

inline void PrintTo(const StoreUnderTest& store, std::ostream* out) {
  *out << store.name;
}

class StoreConformance : public ::testing::TestWithParam<StoreUnderTest> {
 protected:
  static constexpr std::chrono::milliseconds kLease{30'000};

  StoreConformance();
  ~StoreConformance() override;

  // Opened by the first call, with `rules_`.
  Stores& stores();
  JobStore& jobs() { return stores().jobs(); }
  VideoStore& videos() { return stores().videos(); }
  // As another process would.
  std::unique_ptr<Stores> OpenAgain() { return GetParam().open(place_, rules_); }
  std::string Bytes() { return GetParam().bytes(place_); }
  // Before the first call of `stores`: no limit of a tier decides anything.
  void OpenUp();
  // Before a fork: a child must not inherit what is open.
  void Close() { stores_.reset(); }

  User NewUser(Tier tier = Tier::kFree);  // Not added yet.
  User AddUser(Tier tier = Tier::kFree);
  Video NewVideo(const User& user);  // Not added yet; expires in a day.
  // Ready, its ingest job done.
  Video AddVideo(const User& user);

  static NewJob NewJobOf(const User& user, const Video& video, JobKind kind = JobKind::kMask);
  // Fails the test unless there is room.
  NewJob Enqueue(const User& user, const Video& video, JobKind kind = JobKind::kMask);
  // What is due now, of this kind; fails the test when nothing is.
  Job Claim(JobKind kind = JobKind::kMask);
  bool IsSomethingDue(JobKind kind = JobKind::kMask);  // Claims it, too.
  static Lease LeaseOf(const Job& job) { return {job.id, job.fence}; }
  Job Get(const NewJob& job);  // As it is now; fails the test when it is not there.
  Job Get(const Job& job);
  std::optional<Mail> TakeMail();  // Held for a minute.

  // The code of the Error that `call` throws.
  template <class Call>
  static std::optional<Code> CodeOf(const Call& call) {
    try {
      call();
    } catch (const Error& error) {
      EXPECT_FALSE(error.public_text().empty());
      return error.code();
    }
    return std::nullopt;
  }

  JobRules rules_;
  Time now_;  // Stores do not read the clock.
  std::filesystem::path place_;

 private:
  std::unique_ptr<Stores> stores_;
};

// One suite a store, and some for what concerns several.
class UserStoreConformance : public StoreConformance {};
class CredentialStoreConformance : public StoreConformance {};
class VideoStoreConformance : public StoreConformance {};
class UploadStoreConformance : public StoreConformance {};
class MailOutboxConformance : public StoreConformance {};
class JobQueueConformance : public StoreConformance {};
class JobFairnessConformance : public StoreConformance {};
class JobLeaseConformance : public StoreConformance {};
class JobMoveConformance : public StoreConformance {};
class JobStoreModelConformance : public StoreConformance {};
class ConcurrencyConformance : public StoreConformance {};
class ErasureConformance : public StoreConformance {};

#define TAPMASK_STORE_SUITES(prefix, store)                                               \
  INSTANTIATE_TEST_SUITE_P(prefix, UserStoreConformance, ::testing::Values(store));       \
  INSTANTIATE_TEST_SUITE_P(prefix, CredentialStoreConformance, ::testing::Values(store)); \
  INSTANTIATE_TEST_SUITE_P(prefix, VideoStoreConformance, ::testing::Values(store));      \
  INSTANTIATE_TEST_SUITE_P(prefix, UploadStoreConformance, ::testing::Values(store));     \
  INSTANTIATE_TEST_SUITE_P(prefix, MailOutboxConformance, ::testing::Values(store));      \
  INSTANTIATE_TEST_SUITE_P(prefix, JobQueueConformance, ::testing::Values(store));        \
  INSTANTIATE_TEST_SUITE_P(prefix, JobFairnessConformance, ::testing::Values(store));     \
  INSTANTIATE_TEST_SUITE_P(prefix, JobLeaseConformance, ::testing::Values(store));        \
  INSTANTIATE_TEST_SUITE_P(prefix, JobMoveConformance, ::testing::Values(store));         \
  INSTANTIATE_TEST_SUITE_P(prefix, JobStoreModelConformance, ::testing::Values(store));   \
  INSTANTIATE_TEST_SUITE_P(prefix, ConcurrencyConformance, ::testing::Values(store));     \
  INSTANTIATE_TEST_SUITE_P(prefix, ErasureConformance, ::testing::Values(store))

}  // namespace tapmask
