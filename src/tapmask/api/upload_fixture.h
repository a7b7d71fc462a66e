// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests of uploads: a real server on loopback, SQLite and a folder of files, and a client that
// speaks tus.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/api/dispatcher.h"
#include "tapmask/api/server.h"
#include "tapmask/api/services.h"
#include "tapmask/api/test_client.h"
#include "tapmask/api/test_clock.h"
#include "tapmask/api/tus.h"
#include "tapmask/storage/local/local_store.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask::api {

// A store whose steps tests can watch, hold up and break.
class HookedBlobs final : public BlobStore {
 public:
  explicit HookedBlobs(LocalStore::Options options) : store_(std::move(options)) {}

  void PutFile(const BlobKey& key, const std::filesystem::path& file) override {
    if (before_put) before_put();
    store_.PutFile(key, file);
    if (after_put) after_put();
  }
  int64_t FreeBytes() override {
    if (on_free_bytes) on_free_bytes();
    return free_bytes.value_or(store_.FreeBytes());
  }

  std::unique_ptr<BlobWriter> Create(const BlobKey& key) override { return store_.Create(key); }
  std::unique_ptr<BlobReader> Open(const BlobKey& key) override { return store_.Open(key); }
  FileDescriptor OpenPlain(const BlobKey& key) override { return store_.OpenPlain(key); }
  std::optional<int64_t> Size(const BlobKey& key) override { return store_.Size(key); }
  std::vector<BlobInfo> List(const std::optional<BlobKey>& folder) override {
    return store_.List(folder);
  }
  bool Remove(const BlobKey& key) override { return store_.Remove(key); }
  RemovedFiles RemoveAll(const BlobKey& folder) override {
    if (before_remove) before_remove(folder);
    return store_.RemoveAll(folder);
  }
  ScratchFolder MakeScratch() override { return store_.MakeScratch(); }
  std::filesystem::path WorkFolder(std::string_view name) override {
    return store_.WorkFolder(name);
  }
  std::vector<std::filesystem::path> Orphans(Time before) override {
    return store_.Orphans(before);
  }
  RemovedFiles RemoveOrphans(Time before) override { return store_.RemoveOrphans(before); }

  std::function<void()> before_put, after_put, on_free_bytes;
  std::function<void(const BlobKey& folder)> before_remove;
  std::optional<int64_t> free_bytes;

 private:
  LocalStore store_;
};

class UploadFixture : public ::testing::Test {
 protected:
  UploadFixture();
  ~UploadFixture() override;

  // As after kill -9 of the server, but for its clean end: all is opened again.
  void Restart();

  User AddUser(Tier tier);

  // One request on a connection of its own, as `user`, with Tus-Resumable unless `extra` has it.
  // No body: no Content-Length either.
  TestClient::Answer Send(std::string_view method, std::string_view target,
                          const Headers& extra = {},
                          const std::optional<std::string>& body = std::nullopt);
  // The head of such a request.
  std::string HeadText(std::string_view method, std::string_view target, const Headers& extra,
                       std::optional<size_t> body_bytes) const;
  TestClient Connect() const { return TestClient(server_->port()); }

  // The new upload's address; it must be made.
  std::string Create(int64_t length, const Headers& extra = {});
  TestClient::Answer Patch(const std::string& url, int64_t offset, const std::string& body,
                           Headers extra = {});
  std::string PatchHead(const std::string& url, int64_t offset, size_t body_bytes,
                        Headers extra = {}) const;
  // What HEAD says; -1: no upload.
  int64_t Offset(const std::string& url);

  // The original that the upload became, all checked: the row, the job, the name of its file.
  std::string StoredVideo(const TestClient::Answer& answer);
  std::vector<Video> Videos() { return stores_->videos().List(user.id, clock.Now()); }
  // Neither rows nor files of unfinished uploads, nor files in the store.
  void ExpectNothingLeft();

  Services& services() { return *services_; }
  Stores& stores() { return *stores_; }
  HookedBlobs& blobs() { return *blobs_; }

  TestClock clock;
  User user;  // Who asks.
  ServiceSettings settings;
  TusOptions tus_options;
  JobRules rules;

 private:
  void Open();
  void Close();

  TestFolder folder_;
  Metrics metrics_;
  std::unique_ptr<HookedBlobs> blobs_;
  std::unique_ptr<Stores> stores_;
  std::unique_ptr<UrlSigner> signer_;
  std::unique_ptr<BlockingPool> pool_;
  std::unique_ptr<JobWatch> watch_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<Server> server_;
};

// Begins like an MP4; no two places look alike.
std::string MadeVideo(size_t size, uint64_t seed = 1);
// For Upload-Checksum.
std::string Sha256Base64(std::string_view data);

constexpr std::string_view kTus = "/api/v1/uploads";

}  // namespace tapmask::api
