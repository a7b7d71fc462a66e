// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/routes.h"

#include <utility>

#include "tapmask/api/page.h"

namespace tapmask::api {

RouteTable MakeRoutes(Services& services) {
  RouteTable routes;
  AddPageRoutes(routes, services, PageFiles());
  AddServiceRoutes(routes, services);
  AddAuthRoutes(routes, services);
  AddMeRoutes(routes, services);
  AddKeyRoutes(routes, services);
  AddUploadRoutes(routes, services);
  AddTusRoutes(routes, services);
  AddS3Routes(routes, services);
  AddPreviewRoutes(routes, services);
  AddSegmentRoutes(routes, services);
  AddStatusRoutes(routes, services);
  AddDownloadRoutes(routes, services);
  AddJobRoutes(routes, services);
  AddMaskRoutes(routes, services);
  AddVideoRoutes(routes, services);
  return routes;
}

void AddOpenGet(RouteTable& routes, const char* pattern, const char* operation_id,
                AsyncHandler handler) {
  Route route;
  route.method = Method::kGet;
  route.pattern = pattern;
  route.operation_id = operation_id;
  route.security = Security::kNone;
  route.handler = std::move(handler);
  routes.Add(std::move(route));
}

}  // namespace tapmask::api
