// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/sqlite_stores.h"

#include "tapmask/store/sqlite/database.h"
#include "tapmask/store/sqlite/sqlite_credentials.h"
#include "tapmask/store/sqlite/sqlite_jobs.h"
#include "tapmask/store/sqlite/sqlite_mails.h"
#include "tapmask/store/sqlite/sqlite_uploads.h"
#include "tapmask/store/sqlite/sqlite_users.h"
#include "tapmask/store/sqlite/sqlite_videos.h"

namespace tapmask {
namespace sqlite {
namespace {

class SqliteStores final : public Stores {
 public:
  SqliteStores(const std::filesystem::path& file, const JobRules& rules, Database::Options options)
      : rules_(rules), database_(file, options) {}

  UserStore& users() override { return users_; }
  CredentialStore& credentials() override { return credentials_; }
  VideoStore& videos() override { return videos_; }
  UploadStore& uploads() override { return uploads_; }
  JobStore& jobs() override { return jobs_; }
  MailOutbox& mails() override { return mails_; }

  void CheckReady() override {
    database_.Write([](Connection& connection) {
      connection.Run("UPDATE counters SET value = value + 1 WHERE name = 'checked'");
    });
  }

 private:
  const JobRules rules_;
  Database database_;
  SqliteUsers users_{database_};
  SqliteCredentials credentials_{database_};
  SqliteVideos videos_{database_, rules_};
  SqliteUploads uploads_{database_};
  SqliteJobs jobs_{database_, rules_};
  SqliteMails mails_{database_};
};

}  // namespace

std::unique_ptr<Stores> OpenStores(const std::filesystem::path& file, const JobRules& rules,
                                   Database::Options options) {
  return std::make_unique<SqliteStores>(file, rules, options);
}

}  // namespace sqlite

std::unique_ptr<Stores> OpenSqliteStores(const std::filesystem::path& file, const JobRules& rules) {
  return sqlite::OpenStores(file, rules, {});
}

}  // namespace tapmask
