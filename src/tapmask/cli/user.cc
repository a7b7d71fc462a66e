// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tapmask/api/password.h"
#include "tapmask/api/upload_upkeep.h"
#include "tapmask/cli/command.h"
#include "tapmask/cli/service_options.h"
#include "tapmask/cli/service_parts.h"
#include "tapmask/cli/user_export.h"
#include "tapmask/cli/value_parser.h"
#include "tapmask/core/error.h"
#include "tapmask/core/mail_address.h"
#include "tapmask/jobs/job_rules.h"
#include "tapmask/worker/sweeper.h"

namespace tapmask {
namespace {

constexpr size_t kLeastPasswordBytes = 10, kMostPasswordBytes = 1'024;

struct UserOptions {
  ServiceOptions service;
  std::string email;
  std::string tier = "free";
  std::string output;  // Of export.
};

// A line of standard input; what is typed on a terminal is not shown.
std::string ReadPassword(const Streams& streams) {
  termios before{};
  const bool is_terminal = ::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (is_terminal) {
    streams.err << "Password: " << std::flush;
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::string password;
  std::getline(std::cin, password);
  if (is_terminal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    streams.err << '\n';
  }
  if (!password.empty() && password.back() == '\r') password.pop_back();
  if (password.size() < kLeastPasswordBytes || password.size() > kMostPasswordBytes) {
    throw Error(Code::kInvalidArgument,
                fmt::format("A password has {} to {} bytes; give it as a line on standard input.",
                            kLeastPasswordBytes, kMostPasswordBytes));
  }
  return password;
}

Tier ParseTierName(const std::string& name) {
  const std::optional<Tier> tier = ParseTier(name);
  if (!tier) throw Error(Code::kInvalidArgument, "A tier is free, pro or local.");
  return *tier;
}

User NeedUser(ServiceParts& parts, const std::string& email, bool may_be_closed = false) {
  std::optional<User> user = parts.stores->users().FindByEmail(email);
  if (!user || (user->closed_at && !may_be_closed)) {
    throw Error(Code::kInvalidArgument, fmt::format("There is no account {}.", email));
  }
  return *user;
}

ExitCode Add(const UserOptions& options, const Streams& streams) {
  if (!IsMailAddress(options.email)) {
    throw Error(Code::kInvalidArgument,
                fmt::format("'{}' is not a mail address that mail can be sent to.", options.email));
  }
  const Tier tier = ParseTierName(options.tier);
  const std::unique_ptr<ServiceParts> parts = OpenServiceParts(options.service.Load().settings);
  User user;
  user.id = UserId::New();
  user.email = options.email;
  user.tier = tier;
  user.is_verified = true;
  user.password_hash = api::PasswordHasher().Hash(ReadPassword(streams));
  user.created_at = parts->clock.Now();
  user.quota_reset_at = NextQuotaReset(user.created_at, user.created_at);
  if (!parts->stores->users().Add(user)) {
    throw Error(Code::kConflict, fmt::format("There is an account {} already.", options.email));
  }
  Answer(streams, user.id.text() + "\n");
  return ExitCode::kDone;
}

ExitCode SetTier(const UserOptions& options, const Streams&) {
  const Tier tier = ParseTierName(options.tier);
  const std::unique_ptr<ServiceParts> parts = OpenServiceParts(options.service.Load().settings);
  parts->stores->users().SetTier(NeedUser(*parts, options.email).id, tier);
  return ExitCode::kDone;
}

ExitCode Erase(const UserOptions& options, const Streams& streams) {
  const std::unique_ptr<ServiceParts> parts = OpenServiceParts(options.service.Load().settings);
  const UserId id = NeedUser(*parts, options.email, true).id;
  parts->stores->users().Close(id, parts->clock.Now());
  Sweeper sweeper(
      *parts->stores, *parts->blobs, *parts->signer, Log(), ProcessMetrics(),
      [&](Time now) { return api::RemoveExpiredUploads(*parts->stores, *parts->blobs, now); }, {});
  sweeper.Sweep(parts->clock.Now());
  if (parts->stores->users().Get(id)) {
    streams.err << "The account is closed; a job of it still runs, and the rest goes when that has "
                   "ended, while `tapmask serve` runs.\n";
  }
  return ExitCode::kDone;
}

ExitCode Export(const UserOptions& options, const Streams&) {
  const std::unique_ptr<ServiceParts> parts = OpenServiceParts(options.service.Load().settings);
  WriteExport(*parts, NeedUser(*parts, options.email), options.output);
  return ExitCode::kDone;
}

using UserCommand = ExitCode (*)(const UserOptions&, const Streams&);

}  // namespace

Command AddUser(CLI::App& program) {
  auto options = std::make_shared<UserOptions>();
  auto chosen = std::make_shared<UserCommand>(nullptr);
  CLI::App* app =
      program.add_subcommand("user", "Accounts of the service: add, set-tier, erase, export");
  app->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, UserCommand run) {
    CLI::App* sub = app->add_subcommand(name, text);
    AddServiceOptions(*sub, options->service);
    sub->add_option("email", options->email, "The account's mail address")->required();
    sub->callback([chosen, run] { *chosen = run; });
    return sub;
  };
  add("add", "Make a verified account; the password is a line on standard input", Add)
      ->add_option("--tier", options->tier, "free, pro or local; free unless said");
  add("set-tier", "Change what an account may do", SetTier)
      ->add_option("tier", options->tier, "free, pro or local")
      ->required();
  add("erase", "Erase an account and everything that belongs to it; it cannot be undone", Erase);
  add("export", "Write all that is kept of an account to a JSON file, with links to its files",
      Export)
      ->add_option("-o,--output", options->output, "The file, which must not be there yet")
      ->type_name("FILE")
      ->required();
  return {app, [options, chosen](const Streams& streams) { return (*chosen)(*options, streams); }};
}

}  // namespace tapmask
