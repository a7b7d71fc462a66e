// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "tapmask/api/http_message.h"
#include "tapmask/api/services.h"
#include "tapmask/jobs/user.h"

namespace tapmask::api {

// Export of web/openapi.yaml: all that is kept of an account, with links to its files. It is made
// piece by piece, so memory does not grow with the account's history.
//
// Of the services, it asks the stores, the blobs, the signer and the clock. Blocks.
class ExportText {
 public:
  // `services` must outlive it.
  ExportText(Services& services, const User& user);
  ~ExportText();
  ExportText(const ExportText&) = delete;
  ExportText& operator=(const ExportText&) = delete;

  // What follows on the pieces before, never empty; empty: that was all.
  std::string Next();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The same as it is sent. Blocks for the first piece.
std::unique_ptr<BodySource> MakeExport(Services& services, const User& user);

}  // namespace tapmask::api
