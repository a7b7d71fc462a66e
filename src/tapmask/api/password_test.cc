// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/password.h"

#include <ctime>
#include <string>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

constexpr PasswordHasher::Options kQuick{.memory_bytes = 64 << 10, .passes = 1};

// Processor time of this thread, which other work on the machine does not change much.
double SecondsOf(const auto& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const double begin = now();
  work();
  return now() - begin;
}

TEST(PasswordHasher, KnowsItsOwn) {
  const PasswordHasher hasher(kQuick);
  const std::string hash = hasher.Hash("correct horse");

  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << hash;
  EXPECT_NE(hasher.Hash("correct horse"), hash) << "salted";
  EXPECT_TRUE(hasher.Verify(hash, "correct horse").is_right);
  EXPECT_FALSE(hasher.Verify(hash, "correct horse").is_outdated);
  for (const std::string& wrong :
       {std::string("correct horsf"), std::string(), std::string("correct horse\0", 14),
        std::string("correct hors"), std::string(1'024, 'x')}) {
    EXPECT_FALSE(hasher.Verify(hash, wrong).is_right) << wrong;
  }
}

TEST(PasswordHasher, TakesAnyBytes) {
  const PasswordHasher hasher(kQuick);
  const std::string password("\0\xf0\x9f\x90\xb4 \0x", 8);

  EXPECT_TRUE(hasher.Verify(hasher.Hash(password), password).is_right);
  EXPECT_FALSE(hasher.Verify(hasher.Hash(password), password.substr(0, 6)).is_right);
}

TEST(PasswordHasher, AsksForANewHashWhenTheCostsHaveChanged) {
  const std::string old = PasswordHasher(kQuick).Hash("correct horse");
  const PasswordHasher dearer({.memory_bytes = 128 << 10, .passes = 1});

  EXPECT_TRUE(dearer.Verify(old, "correct horse").is_right);
  EXPECT_TRUE(dearer.Verify(old, "correct horse").is_outdated);
  EXPECT_FALSE(dearer.Verify(old, "wrong").is_outdated);
}

TEST(PasswordHasher, RefusesWhatIsNoHash) {
  const PasswordHasher hasher(kQuick);
  const std::string hash = hasher.Hash("x");
  for (const std::string& text :
       {std::string(), std::string("x"), std::string("$argon2id$"), hash.substr(0, 40),
        hash + std::string(100, 'A'), hash + std::string(1, '\0') + "x",
        std::string("$argon2id$v=19$m=64,t=1,p=1$$"), std::string(100'000, '$')}) {
    EXPECT_FALSE(hasher.Verify(text, "x").is_right) << text.substr(0, 100);
  }
}

TEST(PasswordHasher, WorksAsLongForAnAccountThatIsNotThere) {
  const PasswordHasher hasher({.memory_bytes = 8 << 20, .passes = 2});
  const std::string hash = hasher.Hash("correct horse");
  const auto quickest = [](const auto& work) {
    double least = 1e9;
    for (int i = 0; i < 5; ++i) least = std::min(least, SecondsOf(work));
    return least;
  };

  const double known = quickest([&] { hasher.Verify(hash, "wrong"); });
  const double unknown = quickest([&] { hasher.Verify("", "wrong"); });

  EXPECT_GT(unknown, known * 0.5);
  EXPECT_LT(unknown, known * 2);
}

TEST(PasswordHasher, SaysSoWhenThereIsNoMemory) {
  const PasswordHasher hasher({.memory_bytes = size_t{4'000} << 30, .passes = 1});
  try {
    hasher.Hash("x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kUnavailable);
  }
  EXPECT_THROW(hasher.Verify("", "x"), Error);
}

}  // namespace
}  // namespace tapmask::api
