// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tapmask/cli/serve_settings.h"
#include "tapmask/telemetry/log.h"

namespace tapmask {

// The whole service on one machine while it lives: the API, the worker process, the sweeper, the
// mails, the admin port.
class ServiceHost {
 public:
  // Answers requests when it returns. Throws kConflict when another one has the data folder,
  // kUnavailable when a port is taken, or a sandbox is required and not there; as the parts do.
  ServiceHost(const ServeSettings& settings, Log log);
  ~ServiceHost();  // As `Stop`.
  ServiceHost(const ServiceHost&) = delete;
  ServiceHost& operator=(const ServiceHost&) = delete;

  // Lets requests in hand finish, gives jobs back. A second call does nothing.
  void Stop();

  // Where it is found: "http://127.0.0.1:7878/". On loopback with the token that signs the local
  // owner in, once.
  const std::string& url() const;
  // On loopback, but the owner's account of before cannot be erased yet: there is no such token.
  bool misses_owner() const;
  uint16_t admin_port() const;  // 0: none.

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tapmask
