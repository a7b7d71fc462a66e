// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/routes.h"

namespace tapmask::api {

RouteTable MakeRoutes(Services& services) {
  RouteTable routes;
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

}  // namespace tapmask::api
