// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/loop.h"

#include <utility>

namespace tapmask::api {
namespace {

thread_local Loop* current_loop = nullptr;

}  // namespace

Loop* Loop::Current() {
  return current_loop;
}

Loop::Scope::Scope(Loop* loop) : before_(std::exchange(current_loop, loop)) {}
Loop::Scope::~Scope() {
  current_loop = before_;
}

}  // namespace tapmask::api
