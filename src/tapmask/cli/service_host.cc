// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/service_host.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <optional>
#include <sys/resource.h>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tapmask/api/authenticator.h"
#include "tapmask/api/routes.h"
#include "tapmask/api/server.h"
#include "tapmask/api/token.h"
#include "tapmask/api/upload_upkeep.h"
#include "tapmask/cli/allowed_hosts.h"
#include "tapmask/cli/data_lock.h"
#include "tapmask/cli/local_owner.h"
#include "tapmask/cli/service_parts.h"
#include "tapmask/cli/worker_supervisor.h"
#include "tapmask/core/error.h"
#include "tapmask/core/stop_wait.h"
#include "tapmask/notify/mail_dispatcher.h"
#include "tapmask/storage/disk_reserve.h"
#include "tapmask/worker/sandbox.h"
#include "tapmask/worker/sweeper.h"

namespace tapmask {
namespace {

// Twelve times a minute: what has expired is gone well within one.
constexpr std::chrono::seconds kSweepInterval{5};
constexpr std::chrono::seconds kMailInterval{2};
constexpr std::chrono::seconds kDrainTime{20};

// A connection is a descriptor. Returns how many there may be.
int RaiseFileLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 500;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t for_connections = limit.rlim_cur > 1'000 ? limit.rlim_cur - 500 : limit.rlim_cur / 2;
  return static_cast<int>(std::min<rlim_t>(20'000, for_connections));
}

// Runs `work` again and again until the object goes.
std::jthread Every(std::chrono::milliseconds interval, std::function<void(std::stop_token)> work) {
  return std::jthread([interval, work = std::move(work)](const std::stop_token& stop) {
    do work(stop);
    while (SleepUnlessStopped(interval, stop));
  });
}

api::ServiceSettings ApiSettings(const ServeSettings& settings) {
  api::ServiceSettings api;
  api.tiers = settings.tiers;
  api.is_over_tls = settings.IsOverTls();
  // Behind a proxy with a public name it is not the machine's owner who asks.
  api.is_on_loopback = settings.IsOnLoopback() && settings.public_url.empty();
  api.sends_mail = settings.SendsMail();
  api.retention = settings.retention;
  return api;
}

}  // namespace

class ServiceHost::Impl {
 public:
  Impl(const ServeSettings& settings, Log log)
      : settings_(settings),
        log_(std::move(log)),
        lock_(LockData(std::filesystem::absolute(settings.data_folder))),
        parts_(OpenServiceParts(settings)),
        pool_({4, 4'096}),
        watch_(parts_->stores->jobs(), {}),
        services_{*parts_->stores, *parts_->blobs, *parts_->signer,  parts_->clock,        pool_,
                  watch_,          log_,           ProcessMetrics(), ApiSettings(settings)} {
    CheckSandbox();
    // The data folder is ours alone, so nobody works on what seems to be worked on.
    TakeBackFrom("");
    MakeSweeper();
    if (services_.settings.is_on_loopback) {
      services_.settings.local_owner = EnsureOwner(
          *parts_->stores, [this](Time now) { sweeper_->Sweep(now); }, parts_->clock.Now());
      if (!has_owner()) log_.Warning("owner_not_erased");
    }
    StartApi();
    if (!settings_.admin_address.empty()) StartAdmin();
    url_ = fmt::format("http://{}:{}/", HostText(settings_.listen_address), server_->port());
    if (has_owner()) url_ += "?token=" + MakeLocalTicket();
    StartUpkeep();
    supervisor_.emplace(
        SettingsText(settings_), [this](const std::string& worker) { TakeBackFrom(worker); }, log_);
    server_->Start();
    if (admin_) admin_->Start();
    log_.Info("serve_ready", {{"port", server_->port()}});
  }

  ~Impl() { Stop(); }

  void Stop() {
    if (is_stopped_) return;
    is_stopped_ = true;
    log_.Info("serve_stopping");
    server_->Stop(kDrainTime);
    upkeep_.clear();
    if (admin_) admin_->Stop(std::chrono::seconds(1));  // It asks the supervisor.
    supervisor_.reset();
    log_.Info("serve_stopped");
  }

  const std::string& url() const { return url_; }
  bool misses_owner() const { return services_.settings.is_on_loopback && !has_owner(); }
  uint16_t admin_port() const { return admin_ ? admin_->port() : 0; }

 private:
  bool has_owner() const { return services_.settings.local_owner.has_value(); }

  void TakeBackFrom(const std::string& worker) {
    try {
      parts_->stores->jobs().ReapWorker(worker, parts_->clock.Now());
    } catch (const Error& error) {  // Then the leases run out.
      log_.Warning("leases_not_taken_back", {{"code", error.code()}});
    } catch (const std::exception&) {
      log_.Error("leases_not_taken_back", {{"code", Code::kInternal}});
    }
  }

  void CheckSandbox() {
    const std::vector<SandboxLayer> layers = ProbeSandbox();
    for (const SandboxLayer& layer : layers) {
      ProcessMetrics().SetSandboxLayer(Term::OfFixedText(layer.name), layer.works);
    }
    const std::string missing = MissingLayers(layers);
    if (settings_.require_sandbox && !missing.empty()) {
      throw Error(
          Code::kUnavailable,
          fmt::format("The sandbox is not complete here, and it is required: {}.", missing));
    }
  }

  void StartApi() {
    api::Dispatcher::Options options;
    options.routes = api::MakeRoutes(services_);
    options.authenticate = api::MakeAuthenticate(services_);
    options.allowed_hosts = AllowedHosts(settings_);
    options.is_over_tls = settings_.IsOverTls();
    options.trusted_proxies = settings_.trusted_proxies;
    options.on_failure = [this](std::string_view request_id, std::string_view) {
      // What was thrown may hold anything, so the log gets the request's id alone.
      if (const auto id = RequestId::Parse(request_id)) {
        log_.Error("request_failed", {{"request_id", *id}});
      }
    };
    dispatcher_ = std::make_unique<api::Dispatcher>(std::move(options), pool_);
    api::Server::Options server;
    server.address = settings_.listen_address;
    server.port = settings_.listen_port;
    server.limits.connections = RaiseFileLimit();
    server.on_access = [](const api::Access& access) {
      const std::string_view route = access.route.empty() ? "none" : access.route;
      ProcessMetrics().HttpRequest(Term(access.method, api::MethodName), Term::OfFixedText(route),
                                   access.status, access.took);
    };
    server_ = std::make_unique<api::Server>(std::move(server), *dispatcher_);
  }

  // For Prometheus: another port, so that it need not be reachable from where people are.
  void StartAdmin() {
    api::Dispatcher::Options options;
    api::Route metrics;
    metrics.method = api::Method::kGet;
    metrics.pattern = "/metrics";
    metrics.operation_id = "getMetrics";
    metrics.security = api::Security::kNone;
    metrics.handler = api::BlockingHandler([this](api::Request&) {
      ProcessMetrics().SetHttpConnections(server_->connections());
      return api::Response::Text(
          MergedMetrics(MetricsText(), supervisor_ ? supervisor_->Metrics() : ""),
          "text/plain; version=0.0.4");
    });
    options.routes.Add(std::move(metrics));
    admin_dispatcher_ = std::make_unique<api::Dispatcher>(std::move(options), pool_);
    api::Server::Options server;
    server.address = settings_.admin_address;
    server.port = settings_.admin_port;
    server.loops = 1;
    admin_ = std::make_unique<api::Server>(std::move(server), *admin_dispatcher_);
  }

  std::string MakeLocalTicket() {
    const std::string token = api::NewToken();
    Ticket ticket;
    ticket.token_hash = api::HashOfToken(token);
    ticket.purpose = TicketPurpose::kLocalLogin;
    ticket.user_id = *services_.settings.local_owner;
    ticket.expires_at = parts_->clock.Now() + std::chrono::hours(24);
    parts_->stores->credentials().AddTicket(ticket);
    return token;
  }

  void MakeSweeper() {
    sweeper_.emplace(
        *parts_->stores, *parts_->blobs, *parts_->signer, log_, ProcessMetrics(),
        [this](Time now) {
          return api::RemoveExpiredUploads(*parts_->stores, *parts_->blobs, now);
        },
        Sweeper::Options{.reserve = &reserve_});
  }

  void StartUpkeep() {
    upkeep_.push_back(Every(kSweepInterval, [this](const std::stop_token&) {
      sweeper_->Sweep(parts_->clock.Now());
      try {
        api::FinishInterruptedUploads(services_);
      } catch (const Error& error) {
        log_.Warning("uploads_not_finished", {{"code", error.code()}});
      } catch (const std::exception&) {  // No memory now: the next time.
        log_.Error("uploads_not_finished", {{"code", Code::kInternal}});
      }
    }));
    if (settings_.SendsMail()) sender_ = std::make_unique<SmtpSender>(settings_.smtp, log_);
    mails_.emplace(parts_->stores->mails(), parts_->stores->users(), sender_.get(), MailOptions(),
                   log_, ProcessMetrics());
    upkeep_.push_back(Every(kMailInterval, [this](const std::stop_token& stop) {
      try {
        while (!stop.stop_requested() && mails_->SendNext(parts_->clock.Now(), stop)) continue;
      } catch (const Error& error) {
        log_.Warning("mails_not_sent", {{"code", error.code()}});
      } catch (const std::exception&) {
        log_.Error("mails_not_sent", {{"code", Code::kInternal}});
      }
    }));
  }

  MailSettings MailOptions() const {
    MailSettings mail;
    mail.base_url =
        settings_.public_url.empty()
            ? fmt::format("http://{}:{}", HostText(settings_.listen_address), server_->port())
            : settings_.public_url;
    mail.from_address = settings_.smtp.from_address;
    mail.from_name = settings_.mail_from_name;
    mail.language = settings_.mail_language == "de" ? Language::kGerman : Language::kEnglish;
    return mail;
  }

  const ServeSettings settings_;
  const Log log_;
  const FileDescriptor lock_;
  const std::unique_ptr<ServiceParts> parts_;
  api::BlockingPool pool_;
  api::JobWatch watch_;
  api::Services services_;
  std::string url_;
  const DiskReserve reserve_{std::filesystem::absolute(settings_.data_folder)};
  std::optional<Sweeper> sweeper_;
  std::unique_ptr<SmtpSender> sender_;
  std::optional<MailDispatcher> mails_;
  std::optional<WorkerSupervisor> supervisor_;
  std::unique_ptr<api::Dispatcher> dispatcher_, admin_dispatcher_;
  std::unique_ptr<api::Server> server_, admin_;
  std::vector<std::jthread> upkeep_;
  bool is_stopped_ = false;
};

ServiceHost::ServiceHost(const ServeSettings& settings, Log log)
    : impl_(std::make_unique<Impl>(settings, std::move(log))) {}
ServiceHost::~ServiceHost() = default;
void ServiceHost::Stop() {
  impl_->Stop();
}
const std::string& ServiceHost::url() const {
  return impl_->url();
}
bool ServiceHost::misses_owner() const {
  return impl_->misses_owner();
}
uint16_t ServiceHost::admin_port() const {
  return impl_->admin_port();
}

}  // namespace tapmask
