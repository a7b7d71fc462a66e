// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/export.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tapmask/api/account_json.h"
#include "tapmask/api/job_json.h"
#include "tapmask/api/video_json.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kJobsAtOnce = 100;

}  // namespace

class ExportText::Impl {
 public:
  Impl(Services& services, const User& user)
      : services_(services), user_id_(user.id), now_(services.clock.Now()) {
    videos_ = services_.stores.videos().List(user_id_, now_);
    for (const Video& video : videos_) kept_.insert(video.id);
    head_ = Head(user);
  }

  std::string Next() {
    std::string text = std::exchange(head_, {});
    while (text.empty() && step_ != Step::kEnd) text = NextPiece();
    return text;
  }

 private:
  enum class Step { kJobs, kReceipts, kFiles, kEnd };

  std::string Head(const User& user);
  std::string NextPiece();
  std::string Jobs();
  std::string Receipts();
  std::string FilesOf(const Video& video);
  void AddFiles(const Video& video, const std::string& folder, const std::optional<JobId>& job_id,
                std::string& text);

  // Further members of the array that is being written.
  void AddItem(const Json& item, std::string& text) {
    if (!std::exchange(is_first_, false)) text += ',';
    text += Dumped(item);
  }

  Services& services_;
  const UserId user_id_;
  const Time now_;
  std::vector<Video> videos_;
  std::set<VideoId> kept_;
  std::string head_;  // Empty once it was given out.

  Step step_ = Step::kJobs;
  std::optional<JobId> last_job_;
  size_t next_video_ = 0;
  bool is_first_ = true;
};

std::string ExportText::Impl::Head(const User& user) {
  Json json{{"format", "tapmask-export"},   {"version", 1},
            {"exportedAt", TimeText(now_)}, {"account", AccountJson(services_, user)},
            {"keys", Json::array()},        {"uploads", Json::array()},
            {"videos", Json::array()}};
  for (const ApiKey& key : services_.stores.credentials().Keys(user_id_)) {
    json["keys"].push_back(ApiKeyJson(key));
  }
  for (const Upload& upload : services_.stores.uploads().OfUser(user_id_)) {
    if (upload.is_complete) continue;
    Json item{{"uploadId", upload.id.text()}};
    if (upload.length_bytes) item["lengthBytes"] = *upload.length_bytes;
    if (!upload.metadata.empty()) item["metadata"] = upload.metadata;
    item["createdAt"] = TimeText(upload.created_at);
    item["expiresAt"] = TimeText(upload.expires_at);
    json["uploads"].push_back(std::move(item));
  }
  for (const Video& video : videos_) json["videos"].push_back(VideoJson(services_, video));
  std::string text = Dumped(json);
  text.pop_back();
  return text + ",\"jobs\":[";
}

std::string ExportText::Impl::NextPiece() {
  switch (step_) {
    case Step::kJobs: return Jobs();
    case Step::kReceipts: return Receipts();
    case Step::kFiles:
      if (next_video_ < videos_.size()) return FilesOf(videos_[next_video_++]);
      step_ = Step::kEnd;
      return "]}";
    case Step::kEnd: break;
  }
  return {};
}

std::string ExportText::Impl::Jobs() {
  std::string text;
  const std::vector<Job> jobs = services_.stores.jobs().List(user_id_, last_job_, kJobsAtOnce);
  for (const Job& job : jobs) {
    const bool is_kept = kept_.contains(job.video_id);
    const bool has_file = is_kept && job.kind == JobKind::kMask &&
                          job.status == JobStatus::kComplete && !job.output_key.empty();
    AddItem(JobJson(job, has_file, is_kept), text);
  }
  if (!jobs.empty()) {
    last_job_ = jobs.back().id;
    return text;
  }
  step_ = Step::kReceipts;
  is_first_ = true;
  return "],\"deletionReceipts\":[";
}

std::string ExportText::Impl::Receipts() {
  std::string text;
  for (const DeletionReceipt& receipt : services_.stores.videos().Receipts(user_id_)) {
    AddItem({{"receiptId", receipt.id.text()},
             {"videoId", receipt.video_id.text()},
             {"reason", receipt.reason},
             {"files", receipt.files},
             {"bytes", receipt.bytes},
             {"deletedAt", TimeText(receipt.deleted_at)}},
            text);
  }
  step_ = Step::kFiles;
  is_first_ = true;
  return text + "],\"files\":[";
}

std::string ExportText::Impl::FilesOf(const Video& video) {
  std::string text;
  AddFiles(video, user_id_.text() + "/" + video.id.text(), std::nullopt, text);
  // Only what a job gave out: what an attempt that was overtaken left behind is nobody's.
  for (const Job& job : services_.stores.jobs().OfVideo(user_id_, video.id)) {
    if (!job.output_key.empty()) AddFiles(video, job.output_key, job.id, text);
  }
  return text;
}

void ExportText::Impl::AddFiles(const Video& video, const std::string& folder,
                                const std::optional<JobId>& job_id, std::string& text) {
  for (const BlobInfo& blob : services_.blobs.List(BlobKey::Make(folder))) {
    const std::string path = "/api/v1/files/" + blob.key.text();
    const std::optional<std::string> query =
        services_.signer.Sign("GET", path, user_id_, video.expires_at, now_);
    if (!query) continue;  // Its time is over.
    Json item{{"videoId", video.id.text()}};
    if (job_id) item["jobId"] = job_id->text();
    item["name"] = blob.key.text().substr(folder.size() + 1);
    item["bytes"] = blob.size_bytes;
    item["url"] = path + "?" + *query;
    AddItem(item, text);
  }
}

ExportText::ExportText(Services& services, const User& user)
    : impl_(std::make_unique<Impl>(services, user)) {}
ExportText::~ExportText() = default;
std::string ExportText::Next() {
  return impl_->Next();
}

namespace {

class ExportSource final : public BodySource {
 public:
  ExportSource(Services& services, const User& user)
      : pool_(services.pool), export_(services, user), text_(export_.Next()) {}

  std::optional<int64_t> length_bytes() const override { return std::nullopt; }

  Task<size_t> Read(std::span<char> out) override {
    if (sent_ == text_.size()) {
      text_ = co_await pool_.RunAdmitted([this] { return export_.Next(); });
      sent_ = 0;
    }
    const size_t count = std::min(out.size(), text_.size() - sent_);
    std::copy_n(text_.data() + sent_, count, out.data());
    sent_ += count;
    co_return count;
  }

 private:
  BlockingPool& pool_;
  ExportText export_;
  std::string text_;  // The present piece, of which so much is sent.
  size_t sent_ = 0;
};

}  // namespace

std::unique_ptr<BodySource> MakeExport(Services& services, const User& user) {
  return std::make_unique<ExportSource>(services, user);
}

}  // namespace tapmask::api
