// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/api/auth.h"
#include "tapmask/api/dispatcher.h"
#include "tapmask/api/page.h"
#include "tapmask/api/services.h"
#include "tapmask/api/test_loop.h"
#include "tapmask/storage/local/local_store.h"
#include "tapmask/storage/test_folder.h"

// For tests of accounts and of the service itself: all that the routes need, without sockets.
namespace tapmask::api {

struct AccountAsking {
  std::string body = {};     // JSON; empty: none.
  std::string session = {};  // Token for the cookie; empty: none.
  std::string key = {};      // For Authorization; empty: none.
  std::string address = "192.0.2.1";
  Headers headers = {};  // Further ones.
  std::stop_token stop = {};
};

class AccountFixture : public testing::Test {
 protected:
  static constexpr const char* kPassword = "correct horse";
  static constexpr const char* kEmail = "ada@example.org";

  class HandClock final : public Clock {
   public:
    Time Now() const override { return now; }
    Time now = *ParseTime("2026-03-01T12:00:00.000Z");
  };

  AccountFixture();
  ~AccountFixture() override;

  using Asking = AccountAsking;
  struct Answer {
    int status = 0;
    Headers headers;
    std::string text;
    // The text as JSON; null when it is none.
    nlohmann::json json;
    // Of an error.
    std::string code() const { return json.is_object() ? json.value("code", "") : ""; }
    // The token of Set-Cookie; empty when it is cleared or there is none.
    std::string session() const;
  };
  // Settings may be changed before the first call.
  Answer Send(Method method, std::string target, Asking asking = {});
  Answer Get(std::string target, Asking asking = {}) {
    return Send(Method::kGet, std::move(target), std::move(asking));
  }
  Answer Post(std::string target, std::string body, Asking asking = {}) {
    asking.body = std::move(body);
    return Send(Method::kPost, std::move(target), std::move(asking));
  }
  Answer Delete(std::string target, Asking asking = {}) {
    return Send(Method::kDelete, std::move(target), std::move(asking));
  }
  Answer Login(const std::string& email = kEmail, const std::string& password = kPassword,
               Asking asking = {});
  // Begins a request; the answer comes by Finish.
  struct Running;
  std::shared_ptr<Running> Begin(Method method, std::string target, Asking asking = {});
  bool IsDone(const Running& running) const;
  Answer Finish(const std::shared_ptr<Running>& running);

  // A verified account with kPassword.
  User AddUser(const std::string& email = kEmail, Tier tier = Tier::kFree);
  std::string SignIn(const User& user);            // A session's token.
  std::string NewKey(const std::string& session);  // An API key.
  Video AddVideo(const User& user);                // Ready, with files.
  // The next mail, and the token in it.
  std::optional<Mail> TakeMail();
  static std::string TokenOf(const Mail& mail);
  // All that the log has, which never holds an address, a token or a password.
  std::string LogText() const { return log_text_.str(); }
  std::string DatabaseBytes() const;

  const TestFolder folder_;
  HandClock clock_;
  std::unique_ptr<Stores> stores_;
  LocalStore blobs_;
  UrlSigner signer_;
  Metrics metrics_;
  BlockingPool pool_{{.threads = 2, .most_waiting = 64}};
  std::unique_ptr<JobWatch> watch_;
  std::ostringstream log_text_;
  WorkTurns turns_{{.at_once = 2, .most_waiting = 8}};
  AuthOptions auth_options_;
  std::span<const PageFile> page_files_ = PageFiles();
  std::string failure_;  // What was told of last, as a fault of ours.
  std::unique_ptr<Services> services_;
  TestLoop loop_;

 private:
  void Open();
  std::optional<Dispatcher> dispatcher_;
};

}  // namespace tapmask::api
