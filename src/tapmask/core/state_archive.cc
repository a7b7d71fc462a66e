// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/state_archive.h"

#include <cstring>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

[[noreturn]] void RefuseAsTooShort() {
  throw Error(Code::kInvalidArgument, "What was saved of the work before is not whole.");
}

}  // namespace

void StateArchive::Raw(void* data, size_t count) {
  if (count == 0) return;
  if (saves_) {
    bytes_.append(static_cast<const char*>(data), count);
    if (sink_ && bytes_.size() >= kPieceBytes) Flush();
    return;
  }
  if (bytes_.size() - at_ < count) RefuseAsTooShort();
  std::memcpy(data, bytes_.data() + at_, count);
  at_ += count;
}

void StateArchive::Flush() {
  if (!sink_) return;
  sink_(bytes_);
  bytes_.clear();
}

size_t StateArchive::Count(size_t count, size_t bytes_each) {
  auto wide = static_cast<uint64_t>(count);
  Raw(&wide, sizeof(wide));
  if (!saves_ && wide > (bytes_.size() - at_) / bytes_each) RefuseAsTooShort();
  return static_cast<size_t>(wide);
}

}  // namespace tapmask
