// SPDX-License-Identifier: Apache-2.0
#include "tapmask/store/sqlite/migrations.h"

#include <array>
#include <string>

#include <fmt/format.h>

#include "tapmask/core/error.h"

namespace tapmask::sqlite {
namespace {

// "tmsk", by which `file` knows our databases and we those of others.
constexpr int64_t kApplicationId = 0x746d736b;

// Steps are never changed once a version with them is out; new ones are appended. Times are
// milliseconds since 1970, names those of the `...Name` functions. Of jobs: `lease_until` is set
// while a worker is at it and only then; `quota_until` says to which month a mask job counts;
// `dead_rev` is the change by which it became a dead letter; `in_line` of a job that waits says
// that its `not_before` was over when somebody looked last (claim.h).
constexpr std::array kSteps{
    R"(
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('rev', 0), ('fence', 0), ('checked', 0);

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  tier TEXT NOT NULL,
  is_verified INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_login_at INTEGER,
  quota_reset_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE api_keys (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id),
  token_hash BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER
);
CREATE INDEX api_keys_user ON api_keys (user_id);

CREATE TABLE tickets (
  token_hash BLOB PRIMARY KEY,
  purpose INTEGER NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tickets_user ON tickets (user_id);
CREATE INDEX tickets_expiry ON tickets (expires_at);

CREATE TABLE videos (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id),
  state TEXT NOT NULL,
  original_filename TEXT NOT NULL,
  file_size_bytes INTEGER NOT NULL,
  storage_key TEXT NOT NULL,
  uploaded_at INTEGER NOT NULL,
  expires_at INTEGER,
  has_facts INTEGER NOT NULL DEFAULT 0,
  format TEXT,
  duration_seconds REAL,
  width INTEGER,
  height INTEGER,
  frame_rate REAL,
  frames INTEGER,
  rotation INTEGER,
  codec TEXT,
  has_audio INTEGER,
  deleted_at INTEGER,
  delete_reason TEXT
);
CREATE INDEX videos_user ON videos (user_id, uploaded_at);
CREATE INDEX videos_expiry ON videos (expires_at) WHERE deleted_at IS NULL;
CREATE INDEX videos_deleted ON videos (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE receipts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  video_id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  files INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  deleted_at INTEGER NOT NULL
);
CREATE INDEX receipts_user ON receipts (user_id);

CREATE TABLE uploads (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id),
  length_bytes INTEGER,
  reserved_bytes INTEGER NOT NULL,
  metadata TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  video_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  is_complete INTEGER NOT NULL
);
CREATE INDEX uploads_user ON uploads (user_id);
CREATE INDEX uploads_expiry ON uploads (expires_at);
CREATE INDEX uploads_video ON uploads (video_id);

CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  video_id TEXT NOT NULL,
  tier TEXT NOT NULL,
  tier_class INTEGER NOT NULL,
  status TEXT NOT NULL,
  progress_percent INTEGER NOT NULL DEFAULT 0,
  rev INTEGER NOT NULL,
  request TEXT NOT NULL,
  checkpoint TEXT NOT NULL DEFAULT '',
  result TEXT NOT NULL DEFAULT '',
  output_key TEXT NOT NULL DEFAULT '',
  attempt INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  worker TEXT NOT NULL DEFAULT '',
  lease_until INTEGER,
  not_before INTEGER NOT NULL DEFAULT 0,
  is_cancelled INTEGER NOT NULL DEFAULT 0,
  error_code TEXT NOT NULL DEFAULT '',
  error_message TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  completed_at INTEGER,
  wants_mail INTEGER NOT NULL,
  quota_until INTEGER,
  dead_rev INTEGER
);
CREATE INDEX jobs_waiting ON jobs (kind, tier_class, user_id, seq, not_before, tier)
  WHERE status = 'queued';
CREATE INDEX jobs_waiting_user ON jobs (user_id, kind) WHERE status = 'queued';
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX jobs_running ON jobs (kind, user_id, tier_class) WHERE lease_until IS NOT NULL;
CREATE INDEX jobs_changes ON jobs (user_id, rev);
CREATE INDEX jobs_history ON jobs (user_id, seq) WHERE kind <> 'preview';
CREATE INDEX jobs_video ON jobs (video_id);
CREATE INDEX jobs_quota ON jobs (user_id, quota_until, video_id, status)
  WHERE quota_until IS NOT NULL;
CREATE INDEX jobs_dead ON jobs (dead_rev) WHERE dead_rev IS NOT NULL;
CREATE INDEX jobs_old_previews ON jobs (completed_at)
  WHERE kind = 'preview' AND completed_at IS NOT NULL;

CREATE TABLE turns (kind TEXT PRIMARY KEY, turn INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE class_times (
  kind TEXT NOT NULL, tier_class INTEGER NOT NULL, virtual_time INTEGER NOT NULL,
  PRIMARY KEY (kind, tier_class)
) WITHOUT ROWID;
CREATE TABLE user_times (
  kind TEXT NOT NULL, tier_class INTEGER NOT NULL, user_id TEXT NOT NULL REFERENCES users (id),
  virtual_time INTEGER NOT NULL,
  PRIMARY KEY (kind, tier_class, user_id)
) WITHOUT ROWID;
CREATE INDEX user_times_user ON user_times (user_id);

CREATE TABLE mails (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  job_id TEXT,
  link TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER,
  ended_at INTEGER,
  UNIQUE (job_id, kind)
);
CREATE INDEX mails_due ON mails (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mails_ended ON mails (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX mails_user ON mails (user_id);
)",
    // Closed accounts: whatever is under way for one in another process finds it closed.
    R"(
ALTER TABLE users ADD COLUMN closed_at INTEGER;
CREATE INDEX users_closed ON users (closed_at) WHERE closed_at IS NOT NULL;

CREATE TRIGGER sessions_of_open_accounts BEFORE INSERT ON sessions
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'closed account'); END;
CREATE TRIGGER api_keys_of_open_accounts BEFORE INSERT ON api_keys
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'closed account'); END;
CREATE TRIGGER tickets_of_open_accounts BEFORE INSERT ON tickets
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'closed account'); END;
CREATE TRIGGER videos_of_open_accounts BEFORE INSERT ON videos
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'closed account'); END;
CREATE TRIGGER uploads_of_open_accounts BEFORE INSERT ON uploads
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'closed account'); END;
CREATE TRIGGER mails_to_open_accounts BEFORE INSERT ON mails
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND closed_at IS NOT NULL)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER uploads_of_closed_accounts_expire BEFORE UPDATE OF expires_at ON uploads
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND closed_at IS NOT NULL)
BEGIN SELECT RAISE(IGNORE); END;
)",
    // So that a claim looks at no more than it takes. What `lines` and `waiting` hold follows from
    // `jobs`, and the triggers keep it so, whoever changes a job:
    //   lines    the first job in line of every user, kind and tier that has one. `begin` is the
    //            user's virtual time, or what the class's was since, if that is later.
    //   waiting  how many jobs wait, in line or not.
    R"(
ALTER TABLE jobs ADD COLUMN in_line INTEGER NOT NULL DEFAULT 0
  CHECK (in_line = 0 OR (in_line = 1 AND status = 'queued'));
DROP INDEX jobs_waiting;
DROP INDEX jobs_waiting_user;
CREATE INDEX jobs_waiting ON jobs (user_id, kind, tier, in_line, seq) WHERE status = 'queued';
CREATE INDEX jobs_waiting_since ON jobs (kind, tier_class, created_at) WHERE status = 'queued';
CREATE INDEX jobs_delayed ON jobs (in_line, not_before)
  WHERE status = 'queued' AND (in_line = 0 OR not_before > 0);

CREATE TABLE lines (
  user_id TEXT NOT NULL, kind TEXT NOT NULL, tier TEXT NOT NULL, tier_class INTEGER NOT NULL,
  begin INTEGER NOT NULL, head_seq INTEGER NOT NULL,
  PRIMARY KEY (user_id, kind, tier)
) WITHOUT ROWID;
CREATE INDEX lines_order ON lines (kind, tier_class, begin, head_seq);

CREATE TABLE waiting (
  kind TEXT NOT NULL, tier_class INTEGER NOT NULL, jobs INTEGER NOT NULL,
  PRIMARY KEY (kind, tier_class)
) WITHOUT ROWID;
INSERT INTO waiting
SELECT kind, tier_class, COUNT(*) FROM jobs WHERE status = 'queued' GROUP BY kind, tier_class;

CREATE TRIGGER jobs_new_waits AFTER INSERT ON jobs
WHEN NEW.status = 'queued'
BEGIN
  INSERT INTO waiting VALUES (NEW.kind, NEW.tier_class, 1)
  ON CONFLICT (kind, tier_class) DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER jobs_waits_again AFTER UPDATE OF status ON jobs
WHEN NEW.status = 'queued' AND OLD.status <> 'queued'
BEGIN
  INSERT INTO waiting VALUES (NEW.kind, NEW.tier_class, 1)
  ON CONFLICT (kind, tier_class) DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER jobs_waits_no_more AFTER UPDATE OF status ON jobs
WHEN OLD.status = 'queued' AND NEW.status <> 'queued'
BEGIN
  UPDATE waiting SET jobs = jobs - 1 WHERE kind = OLD.kind AND tier_class = OLD.tier_class;
END;
CREATE TRIGGER jobs_waiting_is_gone AFTER DELETE ON jobs
WHEN OLD.status = 'queued'
BEGIN
  UPDATE waiting SET jobs = jobs - 1 WHERE kind = OLD.kind AND tier_class = OLD.tier_class;
END;

CREATE TRIGGER jobs_new_in_line AFTER INSERT ON jobs
WHEN NEW.in_line = 1
BEGIN
  INSERT INTO lines VALUES (NEW.user_id, NEW.kind, NEW.tier, NEW.tier_class, COALESCE((
    SELECT virtual_time FROM user_times
    WHERE kind = NEW.kind AND tier_class = NEW.tier_class AND user_id = NEW.user_id), 0), NEW.seq)
  ON CONFLICT (user_id, kind, tier) DO UPDATE SET head_seq = MIN(head_seq, excluded.head_seq);
END;
CREATE TRIGGER jobs_enters_line AFTER UPDATE OF in_line ON jobs
WHEN NEW.in_line = 1 AND OLD.in_line = 0
BEGIN
  INSERT INTO lines VALUES (NEW.user_id, NEW.kind, NEW.tier, NEW.tier_class, COALESCE((
    SELECT virtual_time FROM user_times
    WHERE kind = NEW.kind AND tier_class = NEW.tier_class AND user_id = NEW.user_id), 0), NEW.seq)
  ON CONFLICT (user_id, kind, tier) DO UPDATE SET head_seq = MIN(head_seq, excluded.head_seq);
END;
CREATE TRIGGER jobs_leaves_line AFTER UPDATE OF in_line ON jobs
WHEN OLD.in_line = 1 AND NEW.in_line = 0
BEGIN
  DELETE FROM lines WHERE user_id = OLD.user_id AND kind = OLD.kind AND tier = OLD.tier
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE status = 'queued' AND in_line = 1
      AND user_id = OLD.user_id AND kind = OLD.kind AND tier = OLD.tier);
  UPDATE lines SET head_seq = (SELECT MIN(seq) FROM jobs WHERE status = 'queued' AND in_line = 1
      AND user_id = OLD.user_id AND kind = OLD.kind AND tier = OLD.tier)
  WHERE user_id = OLD.user_id AND kind = OLD.kind AND tier = OLD.tier AND head_seq = OLD.seq;
END;
CREATE TRIGGER jobs_in_line_is_gone AFTER DELETE ON jobs
WHEN OLD.in_line = 1
BEGIN
  DELETE FROM lines WHERE user_id = OLD.user_id AND kind = OLD.kind AND tier = OLD.tier
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE status = 'queued' AND in_line = 1
      AND user_id = OLD.user_id AND kind = OLD.kind AND tier = OLD.tier);
  UPDATE lines SET head_seq = (SELECT MIN(seq) FROM jobs WHERE status = 'queued' AND in_line = 1
      AND user_id = OLD.user_id AND kind = OLD.kind AND tier = OLD.tier)
  WHERE user_id = OLD.user_id AND kind = OLD.kind AND tier = OLD.tier AND head_seq = OLD.seq;
END;
UPDATE jobs SET in_line = 1 WHERE status = 'queued' AND not_before = 0;
)"};

int64_t Pragma(Connection& connection, const char* sql) {
  Statement statement = connection.Query(sql);
  statement.Step();
  return statement.Int();
}

}  // namespace

void Migrate(Connection& connection) {
  // Under the lock of the file: who comes second finds the work done.
  connection.Execute("BEGIN IMMEDIATE");
  try {
    const int64_t version = Pragma(connection, "PRAGMA user_version");
    const int64_t application_id = Pragma(connection, "PRAGMA application_id");
    if (version > 0 ? application_id != kApplicationId
                    : connection.Exists("SELECT 1 FROM sqlite_schema")) {
      throw Error(Code::kInternal, "The database file is not one of this program; give another.");
    }
    if (version > static_cast<int64_t>(kSteps.size())) {
      throw Error(Code::kConflict,
                  "The database was made by a newer version of this program; use that one.",
                  fmt::format("layout {}, known are {}", version, kSteps.size()));
    }
    if (version < static_cast<int64_t>(kSteps.size())) {
      for (size_t step = static_cast<size_t>(version); step < kSteps.size(); ++step) {
        connection.Execute(kSteps[step]);
      }
      connection.Execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                     kApplicationId, kSteps.size())
                             .c_str());
    }
    connection.Execute("COMMIT");
  } catch (...) {
    if (connection.InTransaction()) connection.Execute("ROLLBACK");
    throw;
  }
}

}  // namespace tapmask::sqlite
