// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/review_text.h"

#include <fmt/format.h>

namespace tapmask {
namespace {

constexpr size_t kMostSentences = 20;

template <class Span>
std::string Frames(const Span& span) {
  if (span.first_frame == span.last_frame) return fmt::format("frame {}", span.first_frame);
  return fmt::format("frames {}-{}", span.first_frame, span.last_frame);
}

std::string WhatWeKnow(const CoverPlanner::Span& span) {
  switch (span.state) {
    case TrackState::kHeld:
      return fmt::format("We did not see object {} well in {}", span.object, Frames(span));
    case TrackState::kLost:
      return fmt::format("We lost object {} in {}", span.object, Frames(span));
    case TrackState::kAbsent:
      return fmt::format("Object {} seems to be out of the picture in {}", span.object,
                         Frames(span));
    case TrackState::kTracked:
    case TrackState::kGiven: break;
  }
  return fmt::format("We are not sure of object {} in {}", span.object, Frames(span));
}

std::string WhatIsHidden(const CoverPlanner::Span& span, const Covering& covering) {
  if (covering.invert) return "all but other objects that are seen is hidden there";
  switch (span.state) {
    case TrackState::kHeld: return "its last shape, widened, stays covered";
    case TrackState::kLost:
      switch (covering.on_lost) {
        case OnLost::kCover:
          return "wherever it may be stays covered, if need be the whole picture";
        case OnLost::kFrame: return "the whole picture is hidden there";
        case OnLost::kClear: return "nothing is hidden there";
      }
      break;
    case TrackState::kAbsent: return "nothing is hidden there";
    case TrackState::kTracked:
    case TrackState::kGiven: break;
  }
  return "what we took for it is covered";
}

// Whoever sees that the worst frame is right need not see the others.
std::string WhatToLookAt(const CoverPlanner::Span& span) {
  if (span.first_frame == span.last_frame) return ". Look at it.";
  if (span.state != TrackState::kTracked) return ". Look at them.";
  return fmt::format(". Look at frame {} first.", span.look_at);
}

// A sentence for each, but of very many only for the first ones.
template <class Span, class Sentence>
std::vector<std::string> FirstOf(std::span<const Span> spans, const Sentence& sentence) {
  std::vector<std::string> sentences;
  for (const Span& span : spans) {
    if (sentences.size() == kMostSentences && spans.size() > kMostSentences + 1) {
      sentences.push_back(
          fmt::format("And {} more such places; the report lists them all (--report).",
                      spans.size() - kMostSentences));
      break;
    }
    sentences.push_back(sentence(span));
  }
  return sentences;
}

}  // namespace

std::vector<std::string> ReviewSentences(std::span<const CoverPlanner::Span> spans,
                                         const std::optional<Covering>& covering) {
  return FirstOf(spans, [&](const CoverPlanner::Span& span) {
    std::string sentence = WhatWeKnow(span);
    if (covering) sentence += "; " + WhatIsHidden(span, *covering);
    return sentence + WhatToLookAt(span);
  });
}

std::vector<std::string> ReviewSentences(std::span<const ErasedSpan> spans) {
  return FirstOf(spans, [](const ErasedSpan& span) {
    return fmt::format(
        "In {} much of what fills the object's place is made up, or not sure; look at frame {}.",
        Frames(span), span.look_at);
  });
}

}  // namespace tapmask
