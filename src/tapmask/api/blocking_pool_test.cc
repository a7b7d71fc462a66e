// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/blocking_pool.h"

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "tapmask/api/test_loop.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

TEST(BlockingPool, RunsElsewhereAndComesBack) {
  TestLoop loop;
  BlockingPool pool({.threads = 2, .most_waiting = 4});
  const auto here = std::this_thread::get_id();
  std::thread::id there, after;
  const auto task = [&]() -> Task<int> {
    const int value = co_await pool.Run([&] {
      there = std::this_thread::get_id();
      return 42;
    });
    after = std::this_thread::get_id();
    co_return value;
  };

  EXPECT_EQ(loop.Run(task()), 42);
  EXPECT_NE(there, here);
  EXPECT_EQ(after, here);
}

TEST(BlockingPool, HandsExceptionsOver) {
  TestLoop loop;
  BlockingPool pool({.threads = 1, .most_waiting = 4});
  const auto fail = [] { throw std::runtime_error("broken"); };

  EXPECT_THROW(loop.Run(pool.Run(fail)), std::runtime_error);
}

TEST(BlockingPool, RefusesWhenTooMuchWaitsButNotWhatWasLetIn) {
  TestLoop loop;
  BlockingPool pool({.threads = 1, .most_waiting = 1});
  std::promise<void> begun, go;
  std::atomic<int> ran = 0;
  std::optional<bool> first, second, admitted;
  std::exception_ptr failure;
  loop.Begin(pool.Run([&] {
    begun.set_value();
    go.get_future().wait();
    ++ran;
  }),
             first, failure);
  begun.get_future().wait();
  loop.Begin(pool.Run([&] { ++ran; }), second, failure);
  EXPECT_EQ(pool.waiting(), 1u);

  try {
    loop.Run(pool.Run([&] { ++ran; }));
    ADD_FAILURE() << "was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kUnavailable);
  }
  loop.Begin(pool.RunAdmitted([&] { ++ran; }), admitted, failure);
  go.set_value();
  loop.RunUntil([&] { return first && second && admitted; });

  EXPECT_EQ(ran, 3);
  EXPECT_FALSE(failure);
}

}  // namespace
}  // namespace tapmask::api
