// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "tapmask/api/account_json.h"
#include "tapmask/api/cookie.h"
#include "tapmask/api/export.h"
#include "tapmask/api/routes.h"
#include "tapmask/core/error.h"
#include "tapmask/storage/content_disposition.h"

namespace tapmask::api {
namespace {

// The credential held a moment ago; the account may be closed since.
User NeedUser(Services& services, const Request& request) {
  const std::optional<User> user = services.stores.users().Get(request.caller->user_id);
  if (!user || user->closed_at) throw Error(Code::kUnauthenticated, "Sign in first.");
  return *user;
}

Response GetMe(Services& services, const Request& request) {
  return Response::Json(AccountJson(services, NeedUser(services, request)).dump());
}

Response EraseMe(Services& services, const Request& request) {
  const UserId& user_id = request.caller->user_id;
  // False: another request was faster, and it is as was asked.
  if (services.stores.users().Close(user_id, services.clock.Now())) {
    services.log.Info("account_closed", {{"user_id", user_id}});
  }
  Response response = Response::Json(R"({"success":true})");
  response.headers.Add("Set-Cookie", SessionCookie(services.settings.is_over_tls).Clear());
  return response;
}

Response ExportMe(Services& services, const Request& request) {
  Response response;
  response.body = MakeExport(services, NeedUser(services, request));
  response.headers.Add("Content-Type", "application/json");
  response.headers.Add("Content-Disposition",
                       ContentDisposition(Disposition::kAttachment, "tapmask-export.json"));
  return response;
}

}  // namespace

void AddMeRoutes(RouteTable& routes, Services& services) {
  const auto add = [&](Method method, const char* pattern, const char* operation_id,
                       int64_t body_limit_bytes, Security security,
                       Response (*handler)(Services&, const Request&)) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.operation_id = operation_id;
    route.body_limit_bytes = body_limit_bytes;
    route.security = security;
    route.handler = BlockingHandler(
        [&services, handler](Request& request) { return handler(services, request); });
    routes.Add(std::move(route));
  };
  add(Method::kGet, "/api/v1/me", "getMe", 0, Security::kSessionOrKey, GetMe);
  add(Method::kDelete, "/api/v1/me", "eraseMe", 1'024, Security::kSession, EraseMe);
  add(Method::kGet, "/api/v1/me/export", "exportMe", 0, Security::kSessionOrKey, ExportMe);
}

}  // namespace tapmask::api
