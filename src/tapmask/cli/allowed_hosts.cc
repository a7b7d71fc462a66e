// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/allowed_hosts.h"

#include <algorithm>

#include "tapmask/api/origin_check.h"

namespace tapmask {
namespace {

// Of "https://Tapmask.example:8443" it is "tapmask.example".
std::string HostOfUrl(const std::string& url) {
  std::string host = url.substr(url.find("//") + 2);
  const size_t colon = host.rfind(':');
  if (colon != std::string::npos && !host.ends_with(']')) host.erase(colon);
  std::transform(host.begin(), host.end(), host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return host;
}

}  // namespace

std::string HostText(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

std::vector<std::string> AllowedHosts(const ServeSettings& settings) {
  if (settings.public_url.empty() && !settings.IsOnLoopback()) return {};
  std::vector<std::string> hosts = api::LoopbackHosts();
  // 127.0.0.2 is loopback, too. An address that others reach is none of a browser's names for us
  // when there is a public one.
  if (settings.IsOnLoopback()) hosts.push_back(HostText(settings.listen_address));
  if (!settings.public_url.empty()) hosts.push_back(HostOfUrl(settings.public_url));
  return hosts;
}

}  // namespace tapmask
