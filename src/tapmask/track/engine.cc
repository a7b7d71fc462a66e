// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/engine.h"

#include "tapmask/core/error.h"
#include "tapmask/track/classical/classical_segmenter.h"
#include "tapmask/track/classical/classical_tracker.h"

namespace tapmask {

std::vector<std::string> InstalledEngines() {
  return {"classical"};
}

Engine ChooseEngine(std::string_view name) {
  if (name != "auto" && name != "classical") {
    throw Error(Code::kInvalidArgument, "There is no engine called " + std::string(name) +
                                            "; `tapmask doctor` lists those that are installed.")
        .Because(Reason::kEngineUnavailable);
  }
  return {"classical", [](int threads) { return MakeClassicalSegmenter({.threads = threads}); },
          [](int threads) { return MakeClassicalTracker({.threads = threads}); }};
}

}  // namespace tapmask
