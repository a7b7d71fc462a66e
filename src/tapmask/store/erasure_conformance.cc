// SPDX-License-Identifier: Apache-2.0
// That an account which is erased is gone, down to the bytes.
#include <random>
#include <string_view>
#include <unordered_set>

#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

namespace {

TokenHash HashOf(const std::string& text) {
  TokenHash hash{};
  for (size_t i = 0; i < text.size(); ++i) hash[i % hash.size()] ^= static_cast<uint8_t>(text[i]);
  return hash;
}

std::string AsText(const TokenHash& hash) {
  return {hash.begin(), hash.end()};
}

// An account with a row of everything, and what is to be found of it nowhere afterwards.
struct Traces {
  User user;
  std::vector<Video> videos;
  std::vector<std::string> secrets;
};

// What is overwritten in part is left in part: secrets are looked for by all of their pieces of
// this length, which is such that two ids hardly ever have one in common.
constexpr size_t kPiece = 16;

using Pieces = std::unordered_set<std::string_view>;

void AddPieces(const Traces& traces, Pieces& pieces) {
  for (const std::string& secret : traces.secrets) {
    for (size_t at = 0; at + kPiece <= secret.size(); ++at) {
      pieces.insert(std::string_view(secret).substr(at, kPiece));
    }
  }
}

// Those of `pieces` that are in `bytes`.
std::vector<std::string_view> Found(std::string_view bytes, const Pieces& pieces) {
  std::vector<std::string_view> found;
  for (size_t at = 0; at + kPiece <= bytes.size(); ++at) {
    const auto piece = pieces.find(bytes.substr(at, kPiece));
    if (piece != pieces.end()) found.push_back(*piece);
  }
  return found;
}

}  // namespace

TEST_P(ErasureConformance, NeedsTheFilesToBeGoneFirst) {
  const User user = AddUser();
  const Video video = AddVideo(user);
  Upload upload;
  upload.id = UploadId::New();
  upload.user_id = user.id;
  upload.expires_at = now_ + 1h;
  ASSERT_TRUE(stores().uploads().Add(upload, 10'000));
  const auto erase = [&] { return CodeOf([&] { stores().users().Erase(user.id); }); };

  EXPECT_EQ(erase(), Code::kConflict);
  ASSERT_TRUE(videos().Delete(user.id, video.id, "account_erased", now_));
  EXPECT_EQ(erase(), Code::kConflict) << "deleted, but not swept";
  DeletionReceipt receipt;
  receipt.id = ReceiptId::New();
  receipt.video_id = video.id;
  receipt.user_id = user.id;
  videos().Swept(receipt);
  EXPECT_EQ(erase(), Code::kConflict) << "has an upload";
  EXPECT_TRUE(stores().users().Get(user.id)) << "all or nothing";
  ASSERT_TRUE(stores().uploads().Remove(user.id, upload.id));

  EXPECT_TRUE(stores().users().Erase(user.id));
  EXPECT_FALSE(stores().users().Erase(user.id));
}

TEST_P(ErasureConformance, ClosesAnAccountAtOnce) {
  const User user = AddUser(), other = AddUser();
  UserStore& users = stores().users();
  CredentialStore& credentials = stores().credentials();
  ASSERT_TRUE(users.SetPasswordHash(user.id, "hash"));
  const auto hash_of = [](const User& whose, const char* what) {
    return HashOf(whose.id.text() + what);
  };
  std::vector<Video> all_videos;
  std::vector<NewJob> waiting;
  std::vector<Job> running;
  for (const User& each : {user, other}) {
    credentials.AddSession({hash_of(each, "session"), each.id, now_, now_ + 1h});
    ASSERT_TRUE(
        credentials.AddKey({KeyId::New(), each.id, hash_of(each, "key"), "", "", now_, {}}, 10));
    credentials.AddTicket(
        {hash_of(each, "ticket"), TicketPurpose::kResetPassword, each.id, now_ + 1h});
    all_videos.push_back(AddVideo(each));
    Enqueue(each, all_videos.back());
    running.push_back(Claim());
    waiting.push_back(Enqueue(each, all_videos.back()));
    Upload upload;
    upload.id = UploadId::New();
    upload.user_id = each.id;
    upload.metadata = "filename c2VjcmV0";
    upload.expires_at = now_ + 1h;
    ASSERT_TRUE(stores().uploads().Add(upload, INT64_MAX));
    Mail mail;
    mail.id = MailId::New();
    mail.kind = MailKind::kResetPassword;
    mail.user_id = each.id;
    mail.link = "/reset?token=x";
    mail.created_at = now_;
    ASSERT_TRUE(stores().mails().Add(mail));
  }

  EXPECT_TRUE(users.Close(user.id, now_ + 1s));
  EXPECT_FALSE(users.Close(user.id, now_ + 2s)) << "closed before";

  EXPECT_EQ(users.Get(user.id)->closed_at, now_ + 1s);
  EXPECT_EQ(users.Get(user.id)->password_hash, "");
  EXPECT_EQ(users.Get(other.id)->closed_at, std::nullopt);
  EXPECT_EQ(users.Closed(10), std::vector{user.id});
  EXPECT_EQ(OpenAgain()->users().Closed(10), std::vector{user.id}) << "for the sweeper to find";
  for (const User& each : {user, other}) {
    const bool is_open = each.id == other.id;
    EXPECT_EQ(credentials.FindSession(hash_of(each, "session"), now_).has_value(), is_open);
    EXPECT_EQ(credentials.FindKey(hash_of(each, "key")).has_value(), is_open);
    EXPECT_EQ(credentials.UseTicket(hash_of(each, "ticket"), TicketPurpose::kResetPassword, now_)
                  .has_value(),
              is_open);
    EXPECT_EQ(videos().List(each.id, now_).size(), is_open ? 1u : 0u);
    const std::vector<Upload> uploads = stores().uploads().OfUser(each.id);
    ASSERT_EQ(uploads.size(), 1u) << "its file is there still";
    EXPECT_EQ(stores().uploads().Get(each.id, uploads[0].id, now_ + 1s).has_value(), is_open);
    EXPECT_EQ(uploads[0].metadata.empty(), !is_open);
  }
  EXPECT_EQ(Get(waiting[0]).status, JobStatus::kCancelled);
  EXPECT_EQ(Get(waiting[1]).status, JobStatus::kQueued);
  EXPECT_EQ(jobs().Heartbeat(LeaseOf(running[0]), JobStatus::kTracking, 50, now_ + 1s),
            LeaseAnswer::kCancelled);
  EXPECT_EQ(jobs().Heartbeat(LeaseOf(running[1]), JobStatus::kTracking, 50, now_ + 1s),
            LeaseAnswer::kHeld);
  ASSERT_EQ(stores().uploads().Expired(now_ + 1s, 10).size(), 1u);
  EXPECT_EQ(TakeMail()->user_id, other.id);
  EXPECT_FALSE(TakeMail());
}

TEST_P(ErasureConformance, LetsNothingIntoAClosedAccount) {
  const User user = AddUser();
  Upload upload;
  upload.id = UploadId::New();
  upload.user_id = user.id;
  upload.expires_at = now_ + 1h;
  ASSERT_TRUE(stores().uploads().Add(upload, 10'000));
  ASSERT_TRUE(stores().users().Close(user.id, now_));
  CredentialStore& credentials = stores().credentials();

  EXPECT_EQ(CodeOf([&] {
              credentials.AddSession({HashOf("s"), user.id, now_, now_ + 1h});
            }),
            Code::kNotFound);
  EXPECT_EQ(CodeOf([&] {
              credentials.AddKey({KeyId::New(), user.id, HashOf("k"), "", "", now_, {}}, 10);
            }),
            Code::kNotFound);
  EXPECT_EQ(CodeOf([&] {
              credentials.AddTicket({HashOf("t"), TicketPurpose::kVerifyEmail, user.id, now_ + 1h});
            }),
            Code::kNotFound);
  const Video video = NewVideo(user);
  EXPECT_EQ(
      CodeOf([&] { videos().AddWithIngest(video, NewJobOf(user, video, JobKind::kIngest), now_); }),
      Code::kNotFound)
      << "an upload that ends just now";
  Upload late = upload;
  late.id = UploadId::New();
  EXPECT_EQ(CodeOf([&] { stores().uploads().Add(late, 10'000); }), Code::kNotFound);
  EXPECT_FALSE(stores().uploads().SetExpiry(upload.id, now_ + 2h));
  EXPECT_EQ(stores().uploads().Expired(now_, 10).size(), 1u);
  Mail mail;
  mail.id = MailId::New();
  mail.user_id = user.id;
  mail.created_at = now_;
  EXPECT_FALSE(stores().mails().Add(mail));
  EXPECT_FALSE(TakeMail());
  EXPECT_FALSE(stores().users().SetPasswordHash(user.id, "hash"));
  User again = NewUser();
  again.email = user.email;
  EXPECT_FALSE(stores().users().Add(again)) << "the address is taken until it is erased";

  EXPECT_EQ(CodeOf([&] { stores().users().Erase(user.id); }), Code::kConflict);
  ASSERT_TRUE(stores().uploads().Remove(user.id, upload.id));
  EXPECT_TRUE(stores().users().Erase(user.id));
  EXPECT_TRUE(stores().users().Closed(10).empty());
  EXPECT_TRUE(stores().users().Add(again));
}

TEST_P(ErasureConformance, LeavesNothingOfAnAccountButItsReceipts) {
  rules_.tiers.free.max_running_jobs = 10;
  rules_.tiers.free.max_waiting_jobs = 1'000;
  rules_.tiers.free.videos_per_month = std::nullopt;
  std::mt19937 random(1);
  int counter = 0;
  const auto secret = [&](Traces& traces, const std::string& kind) {
    traces.secrets.push_back(kind + "-" + UserId::New().text() + "-" + std::to_string(++counter));
    return traces.secrets.back();
  };
  // Rows of different lengths, so that they are moved about when others come and go.
  const auto padding = [&] { return std::string(random() % 900, 'x'); };

  const auto add = [&] {
    Traces traces;
    traces.user = NewUser();
    traces.user.email = secret(traces, "mail") + "@example.org";
    traces.user.password_hash = secret(traces, "hash");
    EXPECT_TRUE(stores().users().Add(traces.user));
    const UserId& id = traces.user.id;
    CredentialStore& credentials = stores().credentials();
    for (int i = 0; i < 3; ++i) {
      const TokenHash session = HashOf(secret(traces, "s")), key = HashOf(secret(traces, "k")),
                      ticket = HashOf(secret(traces, "t"));
      for (const TokenHash& hash : {session, key, ticket}) traces.secrets.push_back(AsText(hash));
      credentials.AddSession({session, id, now_, now_ + 1h});
      credentials.AddKey(
          {KeyId::New(), id, key, secret(traces, "name"), secret(traces, "p"), now_, {}}, 10);
      credentials.AddTicket({ticket, TicketPurpose::kVerifyEmail, id, now_ + 1h});
    }
    Mail mail;
    mail.id = MailId::New();
    mail.user_id = id;
    mail.link = secret(traces, "link");
    mail.created_at = now_;
    EXPECT_TRUE(stores().mails().Add(mail));
    for (int i = 0; i < 2; ++i) {
      Video video = NewVideo(traces.user);
      video.original_filename = secret(traces, "file") + padding();
      EXPECT_EQ(videos().AddWithIngest(video, NewJobOf(traces.user, video, JobKind::kIngest), now_),
                Enqueued::kNew);
      VideoFacts facts;
      facts.codec = secret(traces, "codec");
      const Job ingest = Claim(JobKind::kIngest);
      EXPECT_TRUE(videos().SetFacts(LeaseOf(ingest), facts));
      jobs().Finish(LeaseOf(ingest), {secret(traces, "facts"), ""}, now_);
      traces.videos.push_back(video);
      for (int j = 0; j < 4; ++j) {
        NewJob job = NewJobOf(traces.user, video, j % 2 ? JobKind::kMask : JobKind::kPreview);
        job.request = secret(traces, "request") + padding();
        job.wants_mail = true;
        traces.secrets.push_back(job.id.text());
        EXPECT_EQ(jobs().Enqueue(job, now_), Enqueued::kNew);
        if (j == 3) continue;  // Waits still.
        const Job claimed = Claim(job.kind);
        jobs().Checkpoint(LeaseOf(claimed), secret(traces, "checkpoint") + padding() + padding(),
                          now_);
        jobs().Finish(LeaseOf(claimed), {secret(traces, "result") + padding(), "out"}, now_);
      }
      jobs().Cancel(id, jobs().List(id, {}, 1)[0].id, now_);
    }
    Upload upload;
    upload.id = UploadId::New();
    upload.user_id = id;
    upload.metadata = secret(traces, "metadata");
    EXPECT_TRUE(stores().uploads().Add(upload, 1'000'000));
    return traces;
  };
  const auto erase = [&](const Traces& traces) {
    for (const Video& video : traces.videos) {
      EXPECT_TRUE(videos().Delete(traces.user.id, video.id, "account_erased", now_));
      DeletionReceipt receipt;
      receipt.id = ReceiptId::New();
      receipt.video_id = video.id;
      receipt.user_id = traces.user.id;
      receipt.reason = "account_erased";
      videos().Swept(receipt);
    }
    for (const Upload& upload : stores().uploads().OfUser(traces.user.id)) {
      EXPECT_TRUE(stores().uploads().Remove(traces.user.id, upload.id));
    }
    EXPECT_TRUE(stores().users().Erase(traces.user.id));
  };

  std::vector<Traces> all;
  for (int i = 0; i < 30; ++i) all.push_back(add());
  const std::string before = Bytes();
  for (const std::string& trace : all[0].secrets) {
    const bool is_only_hashed =
        trace.starts_with("s-") || trace.starts_with("k-") || trace.starts_with("t-");
    const bool is_gone_already = trace.starts_with("checkpoint") || trace.size() == 32;
    if (is_only_hashed || is_gone_already) continue;
    EXPECT_NE(before.find(trace), std::string::npos) << trace << ": this test would see nothing";
  }
  for (size_t i = 0; i < all.size(); i += 2) erase(all[i]);

  const std::string bytes = Bytes();
  for (size_t i = 0; i < all.size(); ++i) {
    const Traces& traces = all[i];
    const UserId& id = traces.user.id;
    const bool is_erased = i % 2 == 0;
    EXPECT_EQ(stores().users().Get(id).has_value(), !is_erased);
    EXPECT_EQ(stores().users().FindByEmail(traces.user.email).has_value(), !is_erased);
    EXPECT_EQ(stores().credentials().Keys(id).size(), is_erased ? 0u : 3u);
    EXPECT_EQ(jobs().List(id, {}, 1'000).size(), is_erased ? 0u : 6u);
    EXPECT_EQ(jobs().ChangedSince(id, 0, 1'000).size(), is_erased ? 0u : 10u);
    EXPECT_EQ(videos().Receipts(id).size(), is_erased ? 2u : 0u);
  }
  Pieces gone, kept;
  for (size_t i = 0; i < all.size(); ++i) AddPieces(all[i], i % 2 == 0 ? gone : kept);
  for (const std::string_view piece : kept) gone.erase(piece);
  EXPECT_FALSE(Found(bytes, kept).empty()) << "this test would see nothing";
  EXPECT_EQ(Found(bytes, gone), std::vector<std::string_view>());
  for (std::optional<Mail> mail; (mail = TakeMail());) {
    EXPECT_TRUE(stores().users().Get(mail->user_id)) << "a mail to nobody";
  }
}

TEST_P(ErasureConformance, LeavesNotEvenTheIdOfAnAccountThatNeverHadAVideo) {
  std::vector<User> users;
  for (int i = 0; i < 20; ++i) {
    users.push_back(AddUser());
    stores().credentials().AddSession(
        {HashOf(users.back().id.text()), users.back().id, now_, now_ + 1h});
  }
  ASSERT_NE(Bytes().find(users[0].id.text()), std::string::npos);

  for (size_t i = 0; i < users.size(); i += 2) ASSERT_TRUE(stores().users().Erase(users[i].id));

  const std::string bytes = Bytes();
  for (size_t i = 0; i < users.size(); ++i) {
    EXPECT_EQ(bytes.find(users[i].id.text()) == std::string::npos, i % 2 == 0) << i;
  }
}

TEST_P(ErasureConformance, LeavesNothingOfAVideoThatWasSwept) {
  const User user = AddUser();
  Video video = NewVideo(user);
  video.original_filename = "the-secret-name.mp4";
  ASSERT_EQ(videos().AddWithIngest(video, NewJobOf(user, video, JobKind::kIngest), now_),
            Enqueued::kNew);
  jobs().Finish(LeaseOf(Claim(JobKind::kIngest)), {}, now_);
  NewJob job = NewJobOf(user, video);
  job.request = "the-secret-wish" + std::string(20'000, 'x');
  ASSERT_EQ(jobs().Enqueue(job, now_), Enqueued::kNew);
  jobs().Finish(LeaseOf(Claim()), {"the-secret-result" + std::string(20'000, 'x'), "out"}, now_);
  ASSERT_NE(Bytes().find("the-secret-name"), std::string::npos);
  ASSERT_NE(Bytes().find("the-secret-wish"), std::string::npos);

  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));
  DeletionReceipt receipt;
  receipt.id = ReceiptId::New();
  receipt.video_id = video.id;
  receipt.user_id = user.id;
  videos().Swept(receipt);

  const std::string bytes = Bytes();
  for (const char* trace : {"the-secret-name", "the-secret-wish", "the-secret-result"}) {
    EXPECT_EQ(bytes.find(trace), std::string::npos) << trace;
  }
}

}  // namespace tapmask
