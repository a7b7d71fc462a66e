// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "tapmask/cli/exit_code.h"
#include "tapmask/media/notices.h"

namespace tapmask {

struct TalkOptions {
  bool json = false;   // One JSON object a line on stdout for each event.
  bool quiet = false;  // Only warnings and errors on stderr, and no progress.
};

// Where words go. In tests these are strings.
struct Streams {
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;
};

// Tells the user what happened: words on stderr, and with --json events on stdout as well.
class Narrator {
 public:
  Narrator(const TalkOptions& options, const Streams& streams)
      : options_(options), streams_(streams) {}

  void Tell(const Notices& notices);
  void Warn(const std::string& sentence);

  // A line that --quiet leaves out.
  void Say(const std::string& sentence);

  // The last event of a command that worked; `facts` are its further keys.
  void Done(const nlohmann::ordered_json& facts);

  // `code_name` is the stable name of the error, for programs.
  void Fail(std::string_view code_name, ExitCode exit_code, const std::string& sentence);

 private:
  void Notice(std::string_view kind, std::string_view prefix, const std::string& sentence,
              bool important);
  void Event(const nlohmann::ordered_json& event);

  const TalkOptions options_;
  const Streams streams_;
};

// Words from a file (a language, a name) must not steer the terminal: control characters become
// '?'.
std::string Printable(std::string_view text);

// One line of JSON, or with `indent` several; bytes that are no UTF-8, as file names may hold, are
// replaced.
std::string JsonText(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace tapmask
