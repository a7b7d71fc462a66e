// SPDX-License-Identifier: Apache-2.0
#include "tapmask/notify/mail_dispatcher.h"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;

// The contract of MailOutbox in memory: what is due, held, sent, given up.
class MemoryOutbox final : public MailOutbox {
 public:
  bool Add(const Mail& mail) override {
    rows.push_back({mail, mail.created_at});
    return true;
  }
  std::optional<Mail> Take(Time now, Time held_until) override {
    for (Row& row : rows) {
      if (!row.due || *row.due > now) continue;
      row.due = held_until;
      return row.mail;
    }
    return std::nullopt;
  }
  void Sent(const MailId& id, Time) override {
    Find(id).due.reset();
    sent.insert(id);
  }
  void NotSent(const MailId& id, std::optional<Time> retry_at) override {
    Row& row = Find(id);
    ++row.mail.attempts;
    row.due = retry_at;
    if (!retry_at) given_up.insert(id);
  }
  int Forget(Time) override { return 0; }

  struct Row {
    Mail mail;
    std::optional<Time> due;
  };
  Row& Find(const MailId& id) {
    for (Row& row : rows) {
      if (row.mail.id == id) return row;
    }
    throw Error(Code::kInternal, "no such mail");
  }
  std::deque<Row> rows;
  std::set<MailId> sent, given_up;
};

class MemoryUsers final : public UserStore {
 public:
  bool Add(const User& user) override { return users.emplace(user.id, user).second; }
  std::optional<User> Get(const UserId& id) override {
    const auto found = users.find(id);
    return found == users.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<User> FindByEmail(std::string_view) override { return std::nullopt; }
  bool SetVerified(const UserId&) override { return false; }
  bool SetPasswordHash(const UserId&, const std::string&) override { return false; }
  bool ReplacePasswordHash(const UserId&, const std::string&, const std::string&) override {
    return false;
  }
  bool SetTier(const UserId&, Tier) override { return false; }
  bool SetLastLogin(const UserId&, Time) override { return false; }
  bool Close(const UserId&, Time) override { return false; }
  std::vector<UserId> Closed(int) override { return {}; }
  bool Erase(const UserId& id) override { return users.erase(id) == 1; }

  std::map<UserId, User> users;
};

class ScriptedSender final : public MailSender {
 public:
  SendResult Send(std::string_view to, const std::string& message, std::stop_token) override {
    calls.emplace_back(to, message);
    return answer;
  }
  SendResult answer = SendResult::kSent;
  std::vector<std::pair<std::string, std::string>> calls;
};

class MailDispatcherTest : public ::testing::Test {
 protected:
  MailDispatcherTest() {
    user_.id = UserId::New();
    user_.email = "ann@example.org";
    user_.is_verified = true;
    users_.Add(user_);
  }

  MailId AddMail(MailKind kind = MailKind::kJobComplete, const std::string& link = "/jobs/1") {
    Mail mail;
    mail.id = MailId::New();
    mail.kind = kind;
    mail.user_id = user_.id;
    mail.link = link;
    mail.created_at = now_;
    outbox_.Add(mail);
    return mail.id;
  }

  MailSettings settings_{.base_url = "https://tapmask.example",
                         .from_address = "noreply@tapmask.example"};
  Time now_ = *ParseTime("2026-03-01T12:00:00.000Z");
  User user_;
  MemoryOutbox outbox_;
  MemoryUsers users_;
  ScriptedSender sender_;
  Metrics metrics_;
  std::ostringstream log_;
  MailDispatcher dispatcher_{outbox_, users_, &sender_, settings_, Log(log_, LogLevel::kDebug),
                             metrics_};
};

TEST_F(MailDispatcherTest, SendsEachMailOnce) {
  const MailId first = AddMail(), second = AddMail(MailKind::kJobFailed);

  EXPECT_TRUE(dispatcher_.SendNext(now_));
  EXPECT_TRUE(dispatcher_.SendNext(now_));
  EXPECT_FALSE(dispatcher_.SendNext(now_ + 1000h));

  ASSERT_EQ(sender_.calls.size(), 2u);
  EXPECT_EQ(sender_.calls[0].first, "ann@example.org");
  EXPECT_NE(sender_.calls[0].second.find("<" + first.text() + "@tapmask.example>"),
            std::string::npos);
  EXPECT_EQ(outbox_.sent, (std::set<MailId>{first, second}));
  EXPECT_NE(metrics_.Text().find(R"(tapmask_mails_total{kind="job_complete",outcome="sent"} 1)"),
            std::string::npos);
}

TEST_F(MailDispatcherTest, TriesAgainLaterAndLaterAndGivesUpAfterADay) {
  const MailId mail = AddMail();
  sender_.answer = SendResult::kLater;

  const Time start = now_;
  Time last = now_;
  std::chrono::milliseconds last_wait{0};
  int tries = 0;
  while (outbox_.Find(mail).due) {
    now_ = *outbox_.Find(mail).due;
    EXPECT_FALSE(dispatcher_.SendNext(now_ - 1ms));
    EXPECT_TRUE(dispatcher_.SendNext(now_));
    if (++tries > 1) {
      EXPECT_GE(now_ - last, last_wait);
      last_wait = now_ - last;
    }
    last = now_;
    ASSERT_LT(tries, 100);
  }

  EXPECT_EQ(outbox_.given_up, std::set<MailId>{mail});
  EXPECT_GT(last - start, 20h);
  EXPECT_LT(last - start, 30h);
  EXPECT_EQ(sender_.calls.size(), static_cast<size_t>(tries));
  for (const auto& [to, message] : sender_.calls) {  // The receiver can tell that they are one.
    EXPECT_NE(message.find("Message-ID: <" + mail.text() + "@"), std::string::npos);
  }
}

TEST_F(MailDispatcherTest, DoesNotTryAgainWhatTheServerRefuses) {
  const MailId mail = AddMail();
  sender_.answer = SendResult::kRefused;

  EXPECT_TRUE(dispatcher_.SendNext(now_));
  EXPECT_FALSE(dispatcher_.SendNext(now_ + 1000h));
  EXPECT_EQ(outbox_.given_up, std::set<MailId>{mail});
}

TEST_F(MailDispatcherTest, SendsToAnUnverifiedAddressOnlyWhatVerifiesIt) {
  users_.users[user_.id].is_verified = false;
  const MailId complete = AddMail(MailKind::kJobComplete);
  const MailId reset = AddMail(MailKind::kResetPassword);
  const MailId verify = AddMail(MailKind::kVerifyEmail);

  while (dispatcher_.SendNext(now_)) {
  }
  EXPECT_EQ(outbox_.sent, (std::set<MailId>{reset, verify}));
  EXPECT_EQ(outbox_.given_up, std::set<MailId>{complete});
  EXPECT_EQ(sender_.calls.size(), 2u);
}

TEST_F(MailDispatcherTest, SendsNothingForAnErasedAccountOrToWhatIsNoAddress) {
  AddMail();
  users_.Erase(user_.id);
  EXPECT_TRUE(dispatcher_.SendNext(now_));

  user_.email = "ann@example.org\r\nBcc: eve@example.org";
  users_.Add(user_);
  AddMail();
  EXPECT_TRUE(dispatcher_.SendNext(now_));

  EXPECT_TRUE(sender_.calls.empty());
  EXPECT_EQ(outbox_.given_up.size(), 2u);
}

TEST_F(MailDispatcherTest, GivesUpAMailThatCannotBeMade) {
  const MailId mail = AddMail(MailKind::kJobComplete, "https://evil.example");
  EXPECT_TRUE(dispatcher_.SendNext(now_));
  EXPECT_TRUE(sender_.calls.empty());
  EXPECT_EQ(outbox_.given_up, std::set<MailId>{mail});
}

TEST_F(MailDispatcherTest, SendsNothingWhenMailIsOffNorLaterWhenItIsTurnedOn) {
  std::ostringstream log;
  MailDispatcher off(outbox_, users_, nullptr, MailSettings{}, Log(log, LogLevel::kInfo), metrics_);
  EXPECT_NE(log.str().find("mail_is_off"), std::string::npos);
  const MailId mail = AddMail();

  EXPECT_TRUE(off.SendNext(now_));
  EXPECT_FALSE(off.SendNext(now_));

  EXPECT_EQ(outbox_.given_up, std::set<MailId>{mail});
  EXPECT_FALSE(dispatcher_.SendNext(now_ + 1000h));
  EXPECT_NE(std::string(kMailIsOff).find("smtp.host"), std::string::npos);
}

TEST_F(MailDispatcherTest, GivesAMailBackWhenItIsStopped) {
  const MailId mail = AddMail();
  sender_.answer = SendResult::kLater;
  std::stop_source stop;
  stop.request_stop();

  EXPECT_TRUE(dispatcher_.SendNext(now_, stop.get_token()));
  EXPECT_EQ(outbox_.Find(mail).due, now_);
}

TEST_F(MailDispatcherTest, HoldsAMailWhileItIsBeingSent) {
  const MailId mail = AddMail();
  ASSERT_TRUE(outbox_.Take(now_, now_ + 10min));  // A process that dies now.

  EXPECT_FALSE(dispatcher_.SendNext(now_ + 9min));
  EXPECT_TRUE(dispatcher_.SendNext(now_ + 10min));
  EXPECT_EQ(outbox_.sent, std::set<MailId>{mail});
}

TEST_F(MailDispatcherTest, LogsNoAddressAndNoLink) {
  AddMail(MailKind::kResetPassword, "/reset?token=secret");
  sender_.answer = SendResult::kLater;
  dispatcher_.SendNext(now_);

  EXPECT_NE(log_.str().find("mail_tried"), std::string::npos);
  EXPECT_EQ(log_.str().find("ann"), std::string::npos);
  EXPECT_EQ(log_.str().find("secret"), std::string::npos);
}

TEST_F(MailDispatcherTest, RefusesSettingsThatCannotWork) {
  settings_.base_url = "tapmask.example";
  EXPECT_THROW(MailDispatcher(outbox_, users_, &sender_, settings_, Log(), metrics_), Error);
}

}  // namespace
}  // namespace tapmask
