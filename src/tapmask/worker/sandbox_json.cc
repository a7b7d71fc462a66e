// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/sandbox_json.h"

#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

using nlohmann::json;

constexpr size_t kMostLayers = 16;
constexpr size_t kMostCharacters = 300;

}  // namespace

std::string ToJson(const ChildSetup& setup) {
  json readable = json::array();
  for (const auto& path : setup.limits.readable) readable.push_back(path.string());
  return json{{"memory_bytes", setup.limits.memory_bytes},
              {"cpu_seconds", setup.limits.cpu_seconds},
              {"file_bytes", setup.limits.file_bytes},
              {"open_files", setup.limits.open_files},
              {"scratch_folder", setup.limits.scratch_folder.string()},
              {"readable", std::move(readable)},
              {"has_input", setup.has_input},
              {"requires_all_layers", setup.requires_all_layers}}
      .dump();
}

ChildSetup ChildSetupFromJson(const std::string& text) {
  try {
    const json value = json::parse(text);
    ChildSetup setup;
    setup.limits.memory_bytes = value.at("memory_bytes").get<int64_t>();
    setup.limits.cpu_seconds = value.at("cpu_seconds").get<int64_t>();
    setup.limits.file_bytes = value.at("file_bytes").get<int64_t>();
    setup.limits.open_files = value.at("open_files").get<int64_t>();
    setup.limits.scratch_folder = value.at("scratch_folder").get<std::string>();
    for (const json& path : value.at("readable")) {
      setup.limits.readable.emplace_back(path.get<std::string>());
    }
    setup.has_input = value.at("has_input").get<bool>();
    setup.requires_all_layers = value.at("requires_all_layers").get<bool>();
    return setup;
  } catch (const json::exception& error) {
    throw Error(Code::kInternal, "Something went wrong; please try again.", error.what());
  }
}

std::string ToJson(const std::vector<SandboxLayer>& layers) {
  json list = json::array();
  for (const SandboxLayer& layer : layers) {
    list.push_back({{"name", layer.name}, {"works", layer.works}, {"why_not", layer.why_not}});
  }
  return json{{"layers", std::move(list)}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<std::vector<SandboxLayer>> LayersFromJson(const std::string& text) {
  if (text.size() > kMostLayers * 2 * kMostCharacters) return std::nullopt;
  try {
    const json value = json::parse(text);
    const json& list = value.at("layers");
    if (!list.is_array() || list.size() > kMostLayers) return std::nullopt;
    std::vector<SandboxLayer> layers;
    for (const json& one : list) {
      layers.push_back({one.at("name").get<std::string>(), one.at("works").get<bool>(),
                        one.at("why_not").get<std::string>()});
      if (layers.back().name.size() > kMostCharacters ||
          layers.back().why_not.size() > kMostCharacters) {
        return std::nullopt;
      }
    }
    return layers;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace tapmask
