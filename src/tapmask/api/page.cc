// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/page.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "tapmask/api/accept_encoding.h"
#include "tapmask/api/auth.h"
#include "tapmask/api/conditional.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/token.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

// Everything from here, nothing from anywhere else, and no script or style that stands in the page.
// The assets have it as well: a worker goes by the one of its own file.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

constexpr const char* kAskAgain = "no-cache";
// The name of an asset has the hash of its bytes in it.
constexpr const char* kForEver = "public, max-age=31536000, immutable";

// Bytes of the program itself.
class MemoryBody final : public BodySource {
 public:
  explicit MemoryBody(std::string_view bytes) : length_(std::ssize(bytes)), left_(bytes) {}

  std::optional<int64_t> length_bytes() const override { return length_; }

  Task<size_t> Read(std::span<char> out) override {
    const size_t size = left_.copy(out.data(), out.size());
    left_.remove_prefix(size);
    co_return size;
  }

 private:
  const int64_t length_;
  std::string_view left_;
};

[[noreturn]] void RefuseLink() {
  throw HttpError(401, "login_link_invalid",
                  "This link was used already, or is of an earlier start. Start `tapmask serve` "
                  "again and open the link that it prints.");
}

Response FileResponse(const Request& request, const PageFile& file, const char* cache_control) {
  const bool is_gzip = !file.gzip.empty() && AcceptsGzip(request.headers);
  Response response;
  response.body = std::make_unique<MemoryBody>(is_gzip ? file.gzip : file.bytes);
  response.headers.Add("Content-Type", std::string(file.content_type));
  if (is_gzip) response.headers.Add("Content-Encoding", "gzip");
  if (request.Query("token")) {  // Not to be found later by whoever looks into a cache.
    response.headers.Add("Cache-Control", "no-store");
  } else {
    response.headers.Add("Cache-Control", cache_control);
    const std::string etag = ETag(std::string(file.hash) + (is_gzip ? "-gzip" : ""));
    response = WithETag(request, etag, std::move(response));
  }
  // Also of a 304, whose header fields take the place of those that a browser has kept.
  if (!file.gzip.empty()) response.headers.Add("Vary", "Accept-Encoding");
  response.headers.Add("Content-Security-Policy", kContentSecurityPolicy);
  return response;
}

class Page {
 public:
  Page(Services& services, std::span<const PageFile> files)
      : services_(services), files_(files), index_(FindPageFile(files, "/index.html")) {
    if (!index_) throw std::logic_error("the page has no /index.html");
  }

  Response Html(const Request& request) const {
    Response response = FileResponse(request, *index_, kAskAgain);
    response.headers.Add("Cross-Origin-Opener-Policy", "same-origin");
    response.headers.Add("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    return response;
  }

  Response File(const Request& request, std::string_view path, const char* cache_control) const {
    const PageFile* file = FindPageFile(files_, path);
    if (!file) {
      throw Error(Code::kNotFound, "The page has no such file. Load the page again.");
    }
    return FileResponse(request, *file, cache_control);
  }

  Task<Response> Open(Request& request) const;

 private:
  Response SignInByLink(const std::string& token) const;

  Services& services_;
  const std::span<const PageFile> files_;
  const PageFile* const index_;
};

Task<Response> Page::Open(Request& request) const {
  const std::optional<std::string> token = request.Query("token");
  // A HEAD, as programs send it that look at links in advance, must not use the token up.
  if (token && request.method == Method::kGet) {
    co_return co_await services_.pool.Run([&] { return SignInByLink(*token); });
  }
  co_return Html(request);
}

Response Page::SignInByLink(const std::string& token) const {
  // Tries are not counted: nobody guesses 256 bits, and any page on the web could use up those of
  // this machine's browser with pictures from here.
  const std::optional<UserId>& owner = services_.settings.local_owner;
  if (!owner || !IsToken(token)) RefuseLink();
  const std::optional<UserId> user_id = services_.stores.credentials().UseTicket(
      HashOfToken(token), TicketPurpose::kLocalLogin, services_.clock.Now());
  if (!user_id || *user_id != *owner) RefuseLink();
  StartedSession session;
  try {
    session = StartSession(services_, *user_id);
  } catch (const Error& error) {
    if (error.code() == Code::kNotFound) RefuseLink();
    throw;
  }
  Response response;
  response.status = 303;
  response.headers.Add("Location", "/");
  response.headers.Add("Set-Cookie", session.cookie);
  return response;
}

}  // namespace

void AddPageRoutes(RouteTable& routes, Services& services, std::span<const PageFile> files) {
  const auto page = std::make_shared<const Page>(services, files);
  const auto add = [&](const char* pattern, const char* operation_id, AsyncHandler handler) {
    AddOpenGet(routes, pattern, operation_id, std::move(handler));
  };
  add("/", "openPage", [page](Request& request) { return page->Open(request); });
  // Which of them it is, the page sees by its address; whether there is such a job or video, the
  // interface tells it.
  const AsyncHandler html = [page](Request& request) -> Task<Response> {
    co_return page->Html(request);
  };
  add("/verify", "openVerifyPage", html);
  add("/reset", "openResetPage", html);
  add("/jobs/{jobId}", "openJobPage", html);
  add("/videos/{videoId}", "openVideoPage", html);
  add("/account", "openAccountPage", html);
  add("/history", "openHistoryPage", html);
  add("/assets/{file}", "getAsset", [page](Request& request) -> Task<Response> {
    co_return page->File(request, "/assets/" + request.PathParameter("file"), kForEver);
  });
  add("/favicon.svg", "getFavicon", [page](Request& request) -> Task<Response> {
    co_return page->File(request, "/favicon.svg", kAskAgain);
  });
  add("/licenses.txt", "getLicenses", [page](Request& request) -> Task<Response> {
    co_return page->File(request, "/licenses.txt", kAskAgain);
  });
}

}  // namespace tapmask::api
