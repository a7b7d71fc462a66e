// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace tapmask::api {

// What a file is by its first bytes, so that what cannot be a video is refused before the rest has
// come. No promise that it is one: the ingest job opens it, in its sandbox.
struct MediaSignature {
  enum class Verdict { kVideo, kNeedsMore, kRefused };
  Verdict verdict = Verdict::kRefused;
  // Of a video: "mp4", "mov", "avi", "webm", "mkv". Else empty.
  std::string_view extension;
};

// More are never needed.
constexpr size_t kSignatureBytes = 4'096;

// `head` is the file's beginning; `is_whole`: there is no more than that, so it will not need more.
MediaSignature SignatureOf(std::string_view head, bool is_whole);

}  // namespace tapmask::api
