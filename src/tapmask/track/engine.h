// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tapmask/track/segmenter.h"
#include "tapmask/track/tracker.h"

namespace tapmask {

// A way to find and follow objects, under one name.
struct Engine {
  std::string name;  // "classical", a model's name.
  std::function<std::unique_ptr<Segmenter>(int threads)> make_segmenter;
  std::function<std::unique_ptr<Tracker>(int threads)> make_tracker;
};

// "auto" takes the best that is installed. Throws kInvalidArgument for an unknown name.
Engine ChooseEngine(std::string_view name);

// What `ChooseEngine` knows here, best first.
std::vector<std::string> InstalledEngines();

}  // namespace tapmask
