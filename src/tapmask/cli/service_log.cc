// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/service_log.h"

namespace tapmask {

Log ServiceLog(const ServeSettings& settings, const std::string& suffix) {
  LogOptions options;
  options.level = settings.log_level;
  if (!settings.log_file.empty()) options.file = settings.log_file.string() + suffix;
  return Log(options);
}

}  // namespace tapmask
