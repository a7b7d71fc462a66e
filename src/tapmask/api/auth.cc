// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/auth.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "tapmask/api/account_json.h"
#include "tapmask/api/cookie.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/json_body.h"
#include "tapmask/api/token.h"
#include "tapmask/core/error.h"
#include "tapmask/core/mail_address.h"
#include "tapmask/jobs/job_rules.h"

namespace tapmask::api {
namespace {

constexpr int64_t kBodyBytes = 8'192;
constexpr size_t kLeastPasswordCharacters = 10;

[[noreturn]] void RefuseSignIn() {
  throw HttpError(401, "wrong_password", "No account has this address and this password.");
}

[[noreturn]] void RefuseToken() {
  throw HttpError(400, "token_invalid",
                  "This link was used already, is too old, or was replaced by a later one. Ask "
                  "for a new mail.");
}

// One key for an address whatever its case, as the store has it.
std::string AccountKey(std::string_view email) {
  std::string key(email);
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return key;
}

// One at "localhost" is nobody's who is not on this machine; that of the local owner, to whom the
// link on the terminal gives the account, is such a one.
void CheckMailCanCome(JsonMembers& members, const std::string& email) {
  const bool is_local = EqualIgnoringCase(MailDomain(email), "localhost");
  if (is_local || !IsMailAddress(email)) {
    members.Refuse("email", "is no address that mail can be sent to");
  }
}

std::string NeedTokenText(JsonMembers& members) {
  std::string token = members.NeedText("token", 16, 128);
  const bool is_plain = std::all_of(token.begin(), token.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  if (!is_plain) members.Refuse("token", "must have letters, digits, - and _ only");
  return token;
}

// Registering, signing in and out, and what is done by mail. Handlers wait for the password's turn
// without a thread of the pool: a flood of them must not keep the other routes from working.
class Auth {
 public:
  Auth(Services& services, const AuthOptions& options)
      : services_(services),
        hasher_(options.password),
        turns_(*options.turns),
        verify_link_life_(options.verify_link_life),
        reset_link_life_(options.reset_link_life),
        sign_in_to_account_(options.sign_in_to_account),
        sign_in_from_address_(options.sign_in_from_address),
        requests_from_address_(options.requests_from_address),
        mails_to_account_(options.mails_to_account) {}

  Task<Response> Register(Request& request);
  Task<Response> Login(Request& request);
  Response Logout(Request& request);
  Response Verify(Request& request);
  Task<Response> Reset(Request& request);

 private:
  UserStore& users() { return services_.stores.users(); }
  void CountRequest(const Request& request);
  Response AddAccount(const std::string& email, std::string password_hash);
  void RefreshHash(const std::string& password, User& user);
  Response SignIn(const User& user);
  std::optional<User> FindOpenAccount(const std::string& email);
  void CheckMailIsSent() const;
  void SendLink(const UserId& user_id, TicketPurpose purpose);
  Response SendResetMail(const std::string& email);
  Response SetPassword(const std::string& token, const std::string& password);

  Services& services_;
  const PasswordHasher hasher_;
  WorkTurns& turns_;
  const std::chrono::hours verify_link_life_, reset_link_life_;
  Throttle sign_in_to_account_, sign_in_from_address_, requests_from_address_, mails_to_account_;
};

void Auth::CountRequest(const Request& request) {
  CountTry(requests_from_address_, AddressKey(request.peer_address), services_.clock.Now());
}

void Auth::CheckMailIsSent() const {
  if (services_.settings.sends_mail) return;
  throw HttpError(501, "mail_not_configured",
                  "This server sends no mail. Ask whoever runs it for help with your account.");
}

std::optional<User> Auth::FindOpenAccount(const std::string& email) {
  std::optional<User> user = users().FindByEmail(email);
  if (user && user->closed_at) user.reset();
  return user;
}

// The token stands in the mail alone, which the outbox forgets once it is sent.
void Auth::SendLink(const UserId& user_id, TicketPurpose purpose) {
  const bool is_reset = purpose == TicketPurpose::kResetPassword;
  const std::string token = NewToken();
  const Time now = services_.clock.Now();
  const Time until = now + (is_reset ? reset_link_life_ : verify_link_life_);
  try {
    services_.stores.credentials().AddTicket({HashOfToken(token), purpose, user_id, until});
  } catch (const Error& error) {
    if (error.code() == Code::kNotFound) return;  // Closed meanwhile: like one that never was.
    throw;
  }
  Mail mail;
  mail.id = MailId::New();
  mail.kind = is_reset ? MailKind::kResetPassword : MailKind::kVerifyEmail;
  mail.user_id = user_id;
  mail.link = fmt::format("/{}?token={}", is_reset ? "reset" : "verify", token);
  mail.created_at = now;
  services_.stores.mails().Add(mail);
}

Task<Response> Auth::Register(Request& request) {
  const ServiceSettings& settings = services_.settings;
  if (!settings.is_on_loopback && !settings.sends_mail) {
    throw HttpError(403, "registration_closed",
                    "This server takes no registrations. Whoever runs it can make an account for "
                    "you.");
  }
  JsonMembers members(ParseJsonObject(request));
  const std::string email = NeedEmail(members);
  CheckMailCanCome(members, email);
  const std::string password = NeedPassword(members, kLeastPasswordCharacters);
  members.NoMore();
  CountRequest(request);
  const bool is_taken =
      co_await services_.pool.Run([&] { return users().FindByEmail(email).has_value(); });
  if (is_taken) throw HttpError(409, "email_taken", "There is an account with this address.");
  WorkTurns::Turn turn = co_await turns_.Wait();
  std::string hash = co_await services_.pool.RunAdmitted([&] { return hasher_.Hash(password); });
  turn.GiveBack();
  co_return co_await services_.pool.RunAdmitted([&] { return AddAccount(email, std::move(hash)); });
}

Response Auth::AddAccount(const std::string& email, std::string password_hash) {
  const Time now = services_.clock.Now();
  User user;
  user.id = UserId::New();
  user.email = email;
  user.password_hash = std::move(password_hash);
  user.tier = Tier::kFree;
  user.is_verified = !services_.settings.sends_mail;
  user.created_at = now;
  user.quota_reset_at = NextQuotaReset(now, now);
  if (!users().Add(user)) {
    throw HttpError(409, "email_taken", "There is an account with this address.");
  }
  services_.log.Info("account_made", {{"user_id", user.id}});
  if (!user.is_verified) SendLink(user.id, TicketPurpose::kVerifyEmail);
  return Response::Json(AccountJson(services_, user).dump(), 201);
}

Task<Response> Auth::Login(Request& request) {
  JsonMembers members(ParseJsonObject(request));
  const std::string email = NeedEmail(members);
  const std::string password = NeedPassword(members, 1);
  members.NoMore();
  const std::string account_key = AccountKey(email), address_key = AddressKey(request.peer_address);
  CountTry(sign_in_from_address_, address_key, services_.clock.Now());
  CountTry(sign_in_to_account_, account_key, services_.clock.Now());

  const std::optional<User> user =
      co_await services_.pool.Run([&] { return FindOpenAccount(email); });
  // Where there is no account the work is the same, and so is the answer.
  const std::string hash = user ? user->password_hash : std::string();
  WorkTurns::Turn turn = co_await turns_.Wait();
  const PasswordCheck check =
      co_await services_.pool.RunAdmitted([&] { return hasher_.Verify(hash, password); });
  if (!check.is_right) RefuseSignIn();
  sign_in_to_account_.GiveBack(account_key);
  sign_in_from_address_.GiveBack(address_key);
  if (!user->is_verified) {
    throw HttpError(403, "email_not_verified",
                    "The address is not verified yet. Open the link in the mail.");
  }
  User current = *user;
  if (check.is_outdated) {
    co_await services_.pool.RunAdmitted([&] { RefreshHash(password, current); });
  }
  turn.GiveBack();
  co_return co_await services_.pool.RunAdmitted([&] { return SignIn(current); });
}

// Whose password is right, by an outdated hash.
void Auth::RefreshHash(const std::string& password, User& user) {
  const std::string better = hasher_.Hash(password);
  if (users().ReplacePasswordHash(user.id, user.password_hash, better)) {
    user.password_hash = better;
    return;
  }
  // Another was faster: either with the same, or with a new password.
  const std::optional<User> now = users().Get(user.id);
  if (now && hasher_.Verify(now->password_hash, password).is_right) user = *now;
}

// `user` as they were when the password was right.
Response Auth::SignIn(const User& user) {
  StartedSession session;
  try {
    session = StartSession(services_, user.id);
  } catch (const Error& error) {
    if (error.code() == Code::kNotFound) RefuseSignIn();
    throw;
  }
  // A password that was set meanwhile has ended all sessions, but not this one, which is later.
  const std::optional<User> now = users().Get(user.id);
  if (!now || now->closed_at || now->password_hash != user.password_hash) {
    services_.stores.credentials().RemoveSession(session.token_hash);
    RefuseSignIn();
  }
  Response response = Response::Json(AccountJson(services_, *now).dump());
  response.headers.Add("Set-Cookie", session.cookie);
  return response;
}

Response Auth::Logout(Request& request) {
  try {
    services_.stores.credentials().RemoveSession(request.caller->token_hash);
  } catch (const Error& error) {
    if (error.code() != Code::kStorageFull) throw;
    throw Error(Code::kUnavailable, "You could not be signed out. Try again in a moment.",
                error.what());
  }
  services_.log.Info("signed_out", {{"user_id", request.caller->user_id}});
  Response response = Response::Empty();
  response.headers.Add("Set-Cookie", SessionCookie(services_.settings.is_over_tls).Clear());
  return response;
}

Response Auth::Verify(Request& request) {
  JsonMembers members(ParseJsonObject(request));
  const bool is_by_token = members.rest().contains("token");
  const std::string text = is_by_token ? NeedTokenText(members) : NeedEmail(members);
  members.NoMore();
  if (!is_by_token) CheckMailIsSent();
  CountRequest(request);
  if (is_by_token) {
    const std::optional<UserId> user_id = services_.stores.credentials().UseTicket(
        HashOfToken(text), TicketPurpose::kVerifyEmail, services_.clock.Now());
    if (!user_id || !users().SetVerified(*user_id)) RefuseToken();
    services_.log.Info("address_verified", {{"user_id", *user_id}});
    return Response::Empty();
  }
  CountTry(mails_to_account_, AccountKey(text), services_.clock.Now());
  const std::optional<User> user = FindOpenAccount(text);
  if (user && !user->is_verified) SendLink(user->id, TicketPurpose::kVerifyEmail);
  return Response::Empty(202);
}

Task<Response> Auth::Reset(Request& request) {
  JsonMembers members(ParseJsonObject(request));
  const bool is_by_token = members.rest().contains("token");
  const std::string text = is_by_token ? NeedTokenText(members) : NeedEmail(members);
  std::string password;
  if (is_by_token) {
    password = NeedPassword(members, kLeastPasswordCharacters);
  } else {
    CheckMailCanCome(members, text);
  }
  members.NoMore();
  if (!is_by_token) CheckMailIsSent();
  CountRequest(request);
  if (!is_by_token) {
    CountTry(mails_to_account_, AccountKey(text), services_.clock.Now());
    co_return co_await services_.pool.Run([&] { return SendResetMail(text); });
  }
  // First the turn, then the token: one that was used up must not be lost because we are busy.
  const WorkTurns::Turn turn = co_await turns_.Wait();
  co_return co_await services_.pool.RunAdmitted([&] { return SetPassword(text, password); });
}

Response Auth::SendResetMail(const std::string& email) {
  const std::optional<User> user = FindOpenAccount(email);
  if (user) SendLink(user->id, TicketPurpose::kResetPassword);
  return Response::Empty(202);
}

Response Auth::SetPassword(const std::string& token, const std::string& password) {
  const std::optional<UserId> user_id = services_.stores.credentials().UseTicket(
      HashOfToken(token), TicketPurpose::kResetPassword, services_.clock.Now());
  if (!user_id) RefuseToken();
  const std::string hash = hasher_.Hash(password);
  if (!users().SetPasswordHash(*user_id, hash)) RefuseToken();
  users().SetVerified(*user_id);
  services_.log.Info("password_set", {{"user_id", *user_id}});
  return Response::Empty();
}

}  // namespace

void CountTry(Throttle& throttle, std::string_view key, Time now) {
  const std::optional<std::chrono::seconds> wait = throttle.Try(key, now);
  if (!wait) return;
  throw HttpError(429, "too_many_attempts",
                  fmt::format("There were too many tries. Wait {} seconds.", wait->count()),
                  {{"Retry-After", std::to_string(wait->count())}});
}

StartedSession StartSession(Services& services, const UserId& user_id) {
  const std::string token = NewToken();
  const Time now = services.clock.Now();
  const std::chrono::hours life = services.settings.session_life;
  const TokenHash hash = HashOfToken(token);
  services.stores.credentials().AddSession({hash, user_id, now, now + life});
  services.stores.users().SetLastLogin(user_id, now);
  services.log.Info("signed_in", {{"user_id", user_id}});
  return {hash, SessionCookie(services.settings.is_over_tls).Set(token, life)};
}

void AddAuthRoutes(RouteTable& routes, Services& services) {
  AddAuthRoutes(routes, services, AuthOptions{});
}

void AddAuthRoutes(RouteTable& routes, Services& services, const AuthOptions& options) {
  const auto auth = std::make_shared<Auth>(services, options);
  const auto add = [&](const char* what, const char* operation_id, int64_t body_limit_bytes,
                       Security security, auto handler) {
    Route route;
    route.method = Method::kPost;
    route.pattern = std::string("/api/v1/auth/") + what;
    route.operation_id = operation_id;
    route.body_limit_bytes = body_limit_bytes;
    route.security = security;
    route.handler = std::move(handler);
    routes.Add(std::move(route));
  };
  add("register", "register", kBodyBytes, Security::kNone,
      AsyncHandler([auth](Request& request) { return auth->Register(request); }));
  add("login", "login", kBodyBytes, Security::kNone,
      AsyncHandler([auth](Request& request) { return auth->Login(request); }));
  add("logout", "logout", 1'024, Security::kSession,
      BlockingHandler([auth](Request& request) { return auth->Logout(request); }));
  add("verify", "verifyEmail", kBodyBytes, Security::kNone,
      BlockingHandler([auth](Request& request) { return auth->Verify(request); }));
  add("reset", "resetPassword", kBodyBytes, Security::kNone,
      AsyncHandler([auth](Request& request) { return auth->Reset(request); }));
}

}  // namespace tapmask::api
