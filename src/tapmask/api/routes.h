// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/api/dispatcher.h"
#include "tapmask/api/router.h"
#include "tapmask/api/services.h"

namespace tapmask::api {

// Every route of the interface (web/openapi.yaml). `services` must outlive the table.
RouteTable MakeRoutes(Services& services);

// One file each. They add routes that call `services` later, on every request.
void AddAuthRoutes(RouteTable& routes, Services& services);      // auth.cc
void AddMeRoutes(RouteTable& routes, Services& services);        // me.cc
void AddKeyRoutes(RouteTable& routes, Services& services);       // keys.cc
void AddServiceRoutes(RouteTable& routes, Services& services);   // service.cc: config, health
void AddUploadRoutes(RouteTable& routes, Services& services);    // upload.cc: one form
void AddTusRoutes(RouteTable& routes, Services& services);       // tus.cc
void AddS3Routes(RouteTable& routes, Services& services);        // s3.cc
void AddPreviewRoutes(RouteTable& routes, Services& services);   // preview.cc
void AddSegmentRoutes(RouteTable& routes, Services& services);   // segment.cc, and corrections
void AddStatusRoutes(RouteTable& routes, Services& services);    // status.cc, and events
void AddDownloadRoutes(RouteTable& routes, Services& services);  // download.cc: and signed files
void AddJobRoutes(RouteTable& routes, Services& services);       // jobs.cc: history, cancel
void AddMaskRoutes(RouteTable& routes, Services& services);      // masks.cc: masks, report, review
void AddVideoRoutes(RouteTable& routes, Services& services);     // videos.cc

// A GET that needs no credential and no body.
void AddOpenGet(RouteTable& routes, const char* pattern, const char* operation_id,
                AsyncHandler handler);

}  // namespace tapmask::api
