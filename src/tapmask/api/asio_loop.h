// SPDX-License-Identifier: Apache-2.0
#pragma once

// For server.cc and socket_line.cc only.

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "tapmask/api/loop.h"

namespace tapmask::api {

struct IoResult {
  boost::system::error_code error;
  std::size_t bytes = 0;
};

// Makes something to co_await of an operation of Asio: `start` gets the completion handler.
template <class Start>
auto AwaitIo(Start start) {
  struct Awaiter {
    Start start_operation;
    IoResult result;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      start_operation(
          [this, waiting](const boost::system::error_code& error, std::size_t bytes = 0) {
            result = {error, bytes};
            waiting.resume();
          });
    }
    IoResult await_resume() const noexcept { return result; }
  };
  return Awaiter{std::move(start), {}};
}

// A loop that is an io_context, run by one thread.
class AsioLoop : public Loop {
 public:
  void Post(std::function<void()> work) override { boost::asio::post(io_, std::move(work)); }

  std::unique_ptr<Timer> After(std::chrono::milliseconds wait,
                               std::function<void()> work) override {
    return std::make_unique<AsioTimer>(io_, wait, std::move(work));
  }

  boost::asio::io_context& io() { return io_; }

 private:
  class AsioTimer final : public Timer {
   public:
    AsioTimer(boost::asio::io_context& io, std::chrono::milliseconds wait,
              std::function<void()> work)
        : timer_(io, wait), work_(std::make_shared<std::function<void()>>(std::move(work))) {
      // Cancelling does not take back a call that is in line already.
      timer_.async_wait([work = std::weak_ptr(work_)](const boost::system::error_code& error) {
        if (error) return;
        if (const auto alive = work.lock()) (*alive)();
      });
    }

   private:
    boost::asio::steady_timer timer_;
    const std::shared_ptr<std::function<void()>> work_;
  };

  boost::asio::io_context io_{1};
};

}  // namespace tapmask::api
