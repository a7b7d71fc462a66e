// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/narrator.h"

#include <ostream>

namespace tapmask {

void Narrator::Tell(const Notices& notices) {
  for (const std::string& text : notices.warnings) Notice("warning", "Warning: ", text, true);
  for (const std::string& text : notices.changed) Notice("changed", "Changed: ", text, false);
  for (const std::string& text : notices.left_out) Notice("left_out", "Left out: ", text, false);
  for (const std::string& text : notices.scrubbed) Notice("scrubbed", "Removed: ", text, false);
}

void Narrator::Warn(const std::string& sentence) {
  Notice("warning", "Warning: ", sentence, true);
}

void Narrator::Notice(std::string_view kind, std::string_view prefix, const std::string& sentence,
                      bool important) {
  if (important || !options_.quiet) streams_.err << prefix << Printable(sentence) << std::endl;
  Event({{"event", "notice"}, {"kind", kind}, {"text", sentence}});
}

void Narrator::Say(const std::string& sentence) {
  if (!options_.quiet) streams_.err << Printable(sentence) << std::endl;
}

void Narrator::Done(const nlohmann::ordered_json& facts) {
  nlohmann::ordered_json event{{"event", "done"}};
  event.update(facts);
  Event(event);
}

void Narrator::Fail(std::string_view code_name, ExitCode exit_code, const std::string& sentence) {
  streams_.err << "tapmask: " << Printable(sentence) << std::endl;
  Event({{"event", "error"},
         {"code", code_name},
         {"exit_code", static_cast<int>(exit_code)},
         {"text", sentence}});
}

void Narrator::Event(const nlohmann::ordered_json& event) {
  if (options_.json) streams_.out << JsonText(event) << std::endl;
}

std::string Printable(std::string_view text) {
  std::string printable(text);
  for (size_t i = 0; i < printable.size(); ++i) {
    const auto byte = static_cast<unsigned char>(printable[i]);
    // C1 controls are 0xC2 0x80 to 0xC2 0x9F in UTF-8.
    const bool c1 = byte == 0xC2 && i + 1 < printable.size() &&
                    (static_cast<unsigned char>(printable[i + 1]) & 0xE0) == 0x80;
    if (c1) printable.replace(i, 2, "?");
    if (byte < 0x20 || byte == 0x7F) printable[i] = '?';
  }
  return printable;
}

std::string JsonText(const nlohmann::ordered_json& value, int indent) {
  return value.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace tapmask
