// SPDX-License-Identifier: Apache-2.0
// Many threads and many processes at once; and processes that are killed.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <mutex>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "tapmask/store/store_conformance.h"

namespace tapmask {

using namespace std::chrono_literals;

namespace {

// Runs `work(i)` in so many threads that begin at the same moment.
void AtOnce(int threads, const std::function<void(int)>& work) {
  std::atomic<int> waiting = threads;
  std::vector<std::jthread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      work(i);
    });
  }
}

// A child that runs `work(fd)` and ends; what it writes to `fd` is read from `from`.
struct Child {
  pid_t pid = -1;
  int from = -1;
};

Child Fork(const std::function<void(int)>& work) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    int code = 0;
    try {
      work(ends[1]);
    } catch (const std::exception& error) {
      const std::string text = std::string("!") + error.what() + "\n";
      code = write(ends[1], text.data(), text.size()) > 0 ? 1 : 2;
    }
    _exit(code);
  }
  close(ends[1]);
  return {pid, ends[0]};
}

void Say(int fd, const std::string& word) {
  const std::string line = word + "\n";
  if (write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
}

// The next line that the child says; empty when it has ended.
std::string Hear(const Child& child) {
  std::string line;
  for (char c; read(child.from, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

int Wait(const Child& child) {
  close(child.from);
  int status = 0;
  waitpid(child.pid, &status, 0);
  return status;
}

}  // namespace

TEST_P(ConcurrencyConformance, LetsExactlyAsManyInAsTheQuotaAllows) {
  rules_.tiers.pro.videos_per_month = 10;
  rules_.tiers.pro.max_waiting_jobs = 1'000;
  const User user = AddUser(Tier::kPro);
  std::vector<Video> all;
  for (int i = 0; i < 64; ++i) all.push_back(AddVideo(user));
  const auto second = OpenAgain();

  for (int round = 0; round < 3; ++round) {
    std::vector<Enqueued> answers(64);
    std::vector<NewJob> made;
    for (const Video& video : all) made.push_back(NewJobOf(user, video));
    AtOnce(64, [&](int i) {
      Stores& through = i % 2 ? *second : stores();
      const auto at = static_cast<size_t>(i);
      answers[at] = through.jobs().Enqueue(made[at], now_);
    });
    EXPECT_EQ(std::ranges::count(answers, Enqueued::kNew), 10);
    EXPECT_EQ(std::ranges::count(answers, Enqueued::kQuotaUsedUp), 54);
    EXPECT_EQ(jobs().Quota(user.id, now_).used, 10);

    // All give back at once, twice.
    AtOnce(64, [&](int i) {
      for (int at : {i, 63 - i}) jobs().Cancel(user.id, made[static_cast<size_t>(at)].id, now_);
    });
    EXPECT_EQ(jobs().Quota(user.id, now_).used, 0);
  }
}

TEST_P(ConcurrencyConformance, KeepsTheQuotaExactWhileJobsComeAndGo) {
  rules_.tiers.pro.videos_per_month = 5;
  rules_.tiers.pro.max_waiting_jobs = 10'000;
  rules_.tiers.pro.max_running_jobs = 10'000;
  const User user = AddUser(Tier::kPro);
  std::vector<Video> all;
  for (int i = 0; i < 12; ++i) all.push_back(AddVideo(user));
  std::atomic<int> most = 0;

  AtOnce(8, [&](int thread) {
    for (int i = 0; i < 30; ++i) {
      const NewJob job = NewJobOf(user, all[static_cast<size_t>(thread * 7 + i) % all.size()]);
      const bool is_in = jobs().Enqueue(job, now_) == Enqueued::kNew;
      most = std::max(most.load(), jobs().Quota(user.id, now_).used);
      if (!is_in) continue;
      if (i % 3 == 0) {
        jobs().Cancel(user.id, job.id, now_);
      } else if (const auto claimed = jobs().Claim("w", {JobKind::kMask}, now_)) {
        const Lease lease{claimed->id, claimed->fence};
        if (i % 3 == 1) jobs().Fail(lease, {"x", "X.", false}, now_);
        if (i % 15 == 2) jobs().Finish(lease, {}, now_);
      }
    }
  });

  std::set<VideoId> counted;
  for (const Job& job : jobs().List(user.id, {}, 10'000)) {
    const bool counts = job.status != JobStatus::kFailed && job.status != JobStatus::kCancelled;
    if (job.kind == JobKind::kMask && counts) counted.insert(job.video_id);
  }
  EXPECT_EQ(jobs().Quota(user.id, now_).used, static_cast<int>(counted.size()));
  EXPECT_LE(most, 5);
}

TEST_P(ConcurrencyConformance, TakesAJobOnceFromManyThreads) {
  const User user = AddUser();
  const NewJob job = NewJobOf(user, AddVideo(user));
  std::vector<Enqueued> answers(16);

  AtOnce(16, [&](int i) { answers[static_cast<size_t>(i)] = jobs().Enqueue(job, now_); });

  EXPECT_EQ(std::ranges::count(answers, Enqueued::kNew), 1);
  EXPECT_EQ(std::ranges::count(answers, Enqueued::kAlreadyThere), 15);
}

TEST_P(ConcurrencyConformance, GivesEachJobToOneThread) {
  OpenUp();
  const User user = AddUser(), pro = AddUser(Tier::kPro);
  const Video video = AddVideo(user), pros = AddVideo(pro);
  for (int i = 0; i < 60; ++i) {
    Enqueue(user, video);
    Enqueue(pro, pros);
  }
  const auto second = OpenAgain();
  std::mutex mutex;
  std::set<JobId> claimed;
  std::set<int64_t> fences;
  int claims = 0;

  AtOnce(8, [&](int i) {
    Stores& through = i % 2 ? *second : stores();
    while (const auto job = through.jobs().Claim("w", {JobKind::kMask}, now_)) {
      const std::lock_guard lock(mutex);
      claimed.insert(job->id);
      fences.insert(job->fence);
      ++claims;
    }
  });

  EXPECT_EQ(claims, 120);
  EXPECT_EQ(claimed.size(), 120u);
  EXPECT_EQ(fences.size(), 120u);
}

TEST_P(ConcurrencyConformance, GivesEachJobToOneProcess) {
  OpenUp();
  const User user = AddUser(), pro = AddUser(Tier::kPro);
  const Video video = AddVideo(user), pros = AddVideo(pro);
  for (int i = 0; i < 50; ++i) {
    Enqueue(user, video);
    Enqueue(pro, pros);
  }
  Close();
  std::vector<Child> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(Fork([&](int fd) {
      const auto own = OpenAgain();
      while (const auto job = own->jobs().Claim("w", {JobKind::kMask}, now_)) {
        own->jobs().Heartbeat({job->id, job->fence}, JobStatus::kTracking, 50, now_);
        own->jobs().Finish({job->id, job->fence}, {"{}", std::to_string(job->fence)}, now_);
        Say(fd, job->id.text());
      }
    }));
  }

  std::set<std::string> done;
  int claims = 0;
  for (const Child& child : children) {
    for (std::string line; !(line = Hear(child)).empty(); ++claims) done.insert(line);
    EXPECT_EQ(Wait(child), 0);
  }

  EXPECT_EQ(claims, 100);
  EXPECT_EQ(done.size(), 100u);
  for (const Job& job : jobs().List(user.id, {}, 1'000)) {
    EXPECT_EQ(job.status, JobStatus::kComplete);
  }
}

TEST_P(ConcurrencyConformance, OpensANewPlaceInManyProcessesAtOnce) {
  std::vector<Child> children;
  for (int i = 0; i < 6; ++i) {
    children.push_back(Fork([&](int fd) {
      const auto own = OpenAgain();
      own->CheckReady();
      Say(fd, "ready");
    }));
  }

  for (const Child& child : children) {
    EXPECT_EQ(Hear(child), "ready");
    EXPECT_EQ(Wait(child), 0);
  }
  EXPECT_NO_THROW(stores().CheckReady());
}

TEST_P(ConcurrencyConformance, LosesNothingThatWasAnsweredWhenAProcessIsKilled) {
  OpenUp();
  const User user = AddUser(Tier::kPro);
  const Video video = AddVideo(user);

  for (int round = 0; round < 5; ++round) {
    Close();
    const Child child = Fork([&](int fd) {
      const auto own = OpenAgain();
      for (;;) {
        const NewJob job = NewJobOf(user, video);
        if (own->jobs().Enqueue(job, now_) == Enqueued::kNew) Say(fd, "+" + job.id.text());
        const auto claimed = own->jobs().Claim("w", {JobKind::kMask}, now_);
        if (!claimed) continue;
        own->jobs().Finish({claimed->id, claimed->fence}, {"{}", "out"}, now_);
        Say(fd, "-" + claimed->id.text());
      }
    });
    std::set<JobId> enqueued, finished;
    for (int line = 0; line < 20 + 7 * round; ++line) {
      const std::string word = Hear(child);
      ASSERT_GT(word.size(), 1u) << word;
      (word[0] == '+' ? enqueued : finished).insert(*JobId::Parse(word.substr(1)));
    }
    kill(child.pid, SIGKILL);  // Wherever it is by now.
    for (std::string word; (word = Hear(child)).size() == 37;) {
      (word[0] == '+' ? enqueued : finished).insert(*JobId::Parse(word.substr(1)));
    }
    EXPECT_TRUE(WIFSIGNALED(Wait(child)));

    for (const JobId& id : enqueued) EXPECT_TRUE(jobs().Get(user.id, id)) << round;
    for (const JobId& id : finished) {
      EXPECT_EQ(jobs().Get(user.id, id)->status, JobStatus::kComplete);
    }
    // At most one was with it; it comes back.
    EXPECT_LE(jobs().Reap(now_ + kLease), 1);
    while (IsSomethingDue()) {
    }
    jobs().Reap(now_ + kLease);
    for (const Job& job : jobs().List(user.id, {}, 1'000)) jobs().Cancel(user.id, job.id, now_);
  }
}

TEST_P(ConcurrencyConformance, TakesEachLeaseBackOnce) {
  OpenUp();
  const User user = AddUser();
  const Video video = AddVideo(user);
  for (int i = 0; i < 20; ++i) Enqueue(user, video);
  for (int i = 0; i < 20; ++i) Claim();
  std::atomic<int> reaped = 0;

  AtOnce(8, [&](int) { reaped += jobs().Reap(now_ + kLease); });

  EXPECT_EQ(reaped, 20);
  EXPECT_EQ(Claim().attempt, 2);
}

TEST_P(ConcurrencyConformance, LetsOneOfFinishAndReapWin) {
  OpenUp();
  const User user = AddUser();
  const Video video = AddVideo(user);
  for (int round = 0; round < 20; ++round) {
    const NewJob job = Enqueue(user, video);
    const Job claimed = Claim();
    std::atomic<bool> is_finished = false;
    std::atomic<int> reaped = 0;

    AtOnce(2, [&](int i) {
      if (i == 0) {
        is_finished = jobs().Finish(LeaseOf(claimed), {"{}", "out"}, now_) == LeaseAnswer::kHeld;
      } else {
        reaped = jobs().Reap(now_ + kLease);
      }
    });

    EXPECT_EQ(reaped, is_finished ? 0 : 1);
    EXPECT_EQ(Get(job).status, is_finished ? JobStatus::kComplete : JobStatus::kQueued);
    EXPECT_EQ(Get(job).output_key, is_finished ? "out" : "");
    jobs().Cancel(user.id, job.id, now_);
  }
}

TEST_P(ConcurrencyConformance, DoesOnceWhatMayBeDoneOnce) {
  const User user = AddUser();
  TokenHash hash{};
  hash.fill(7);
  stores().credentials().AddTicket({hash, TicketPurpose::kResetPassword, user.id, now_ + 1h});
  Mail mail;
  mail.id = MailId::New();
  mail.user_id = user.id;
  mail.created_at = now_;
  ASSERT_TRUE(stores().mails().Add(mail));
  const Video video = AddVideo(user);
  ASSERT_TRUE(videos().Delete(user.id, video.id, "deleted", now_));
  std::atomic<int> tickets = 0, mails = 0, users = 0, uploads = 0, keys = 0;

  AtOnce(16, [&](int) {
    if (stores().credentials().UseTicket(hash, TicketPurpose::kResetPassword, now_)) ++tickets;
    if (TakeMail()) ++mails;
    User same = NewUser();
    same.email = "one@example.org";
    if (stores().users().Add(same)) ++users;
    Upload upload;
    upload.id = UploadId::New();
    upload.user_id = user.id;
    upload.reserved_bytes = 100;
    if (stores().uploads().Add(upload, 350)) ++uploads;
    ApiKey key{KeyId::New(), user.id, {}, "", "", now_, {}};
    const std::string unique = key.id.text();
    std::copy_n(unique.begin(), key.token_hash.size(), key.token_hash.begin());
    if (stores().credentials().AddKey(key, 4)) ++keys;
    DeletionReceipt receipt;
    receipt.id = ReceiptId::New();
    receipt.video_id = video.id;
    receipt.user_id = user.id;
    videos().Swept(receipt);
  });

  EXPECT_EQ(tickets, 1);
  EXPECT_EQ(mails, 1);
  EXPECT_EQ(users, 1);
  EXPECT_EQ(uploads, 3);
  EXPECT_EQ(keys, 4);
  EXPECT_EQ(videos().Receipts(user.id).size(), 1u);
}

}  // namespace tapmask
