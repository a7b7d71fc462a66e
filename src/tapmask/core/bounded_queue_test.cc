// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/bounded_queue.h"

#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

TEST(BoundedQueue, HandsValuesOverInOrder) {
  BoundedQueue<int> queue(3);
  std::jthread writer([&] {
    for (int i = 0; i < 1000; ++i) queue.Push(i);
    queue.Close();
  });

  for (int i = 0; i < 1000; ++i) ASSERT_EQ(queue.Pop(), i);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(BoundedQueue, ThrowsTheWritersErrorAfterTheLastValue) {
  BoundedQueue<int> queue(3);
  queue.Push(7);
  queue.Close(std::make_exception_ptr(std::runtime_error("broken")));

  EXPECT_EQ(queue.Pop(), 7);
  EXPECT_THROW(queue.Pop(), std::runtime_error);
}

TEST(BoundedQueue, ReleasesTheWriterWhenTheReaderLeaves) {
  BoundedQueue<int> queue(1);
  int pushed = 0;
  std::jthread writer([&] {
    while (queue.Push(1)) ++pushed;
  });
  queue.Pop();

  queue.Abandon();
  writer.join();

  EXPECT_GE(pushed, 1);
}

}  // namespace
}  // namespace tapmask
