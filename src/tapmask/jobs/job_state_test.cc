// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/job_state.h"

#include <fstream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace tapmask {
namespace {

using enum JobStatus;

constexpr JobStatus kAll[] = {kQueued,   kValidating, kExtracting, kTracking, kProcessing,
                              kEncoding, kComplete,   kFailed,     kCancelled};
constexpr JobStatus kStages[] = {kValidating, kExtracting, kTracking, kProcessing, kEncoding};
constexpr JobActor kActors[] = {JobActor::kWorker, JobActor::kUser, JobActor::kReaper};

std::string ActorName(JobActor actor) {
  switch (actor) {
    case JobActor::kWorker: return "worker";
    case JobActor::kUser: return "user";
    case JobActor::kReaper: return "reaper";
  }
  return "";
}

using Row = std::tuple<std::string, std::string, std::string>;  // From, to, who.

// The cells of a table's line, without blanks around them.
std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells;
  for (size_t begin = 1, end; (end = line.find('|', begin)) != std::string::npos; begin = end + 1) {
    std::string cell = line.substr(begin, end - begin);
    cell.erase(0, cell.find_first_not_of(' '));
    cell.erase(cell.find_last_not_of(' ') + 1);
    cells.push_back(cell);
  }
  return cells;
}

// The moves of the document's table; "a stage" and "a later stage" stand for each of them.
std::set<Row> MovesOfTheDocument() {
  std::ifstream file(TAPMASK_DOCS "/job_states.md");
  std::set<Row> moves;
  bool is_in_table = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| from | to | who |")) {
      is_in_table = true;
      std::getline(file, line);  // The rule below the head.
      continue;
    }
    if (!line.starts_with('|')) is_in_table = false;
    if (!is_in_table) continue;
    const std::vector<std::string> cells = Cells(line);
    if (cells.size() != 4) {
      ADD_FAILURE() << line;
      continue;
    }
    if (cells[0] != "a stage") {
      EXPECT_TRUE(moves.emplace(cells[0], cells[1], cells[2]).second) << line;
      continue;
    }
    for (const JobStatus from : kStages) {
      const std::string name(JobStatusName(from));
      if (cells[1] != "a later stage") {
        EXPECT_TRUE(moves.emplace(name, cells[1], cells[2]).second) << line;
        continue;
      }
      for (const JobStatus to : kStages) {
        if (to > from) moves.emplace(name, std::string(JobStatusName(to)), cells[2]);
      }
    }
  }
  return moves;
}

TEST(JobMoves, AreTheTableOfTheDocument) {
  std::set<Row> moves;
  for (const JobMove& move : JobMoves()) {
    EXPECT_TRUE(moves
                    .emplace(std::string(JobStatusName(move.from)),
                             std::string(JobStatusName(move.to)), ActorName(move.actor))
                    .second)
        << "twice: " << JobStatusName(move.from) << " to " << JobStatusName(move.to);
    EXPECT_FALSE(move.when.empty());
  }

  EXPECT_EQ(MovesOfTheDocument(), moves);
}

TEST(MayMove, LetsNothingLeaveAnEnd) {
  for (const JobStatus from : kAll) {
    bool may_leave = false;
    for (const JobStatus to : kAll) {
      for (const JobActor actor : kActors) may_leave = may_leave || MayMove(from, to, actor);
    }
    EXPECT_EQ(may_leave, !HasEnded(from)) << JobStatusName(from);
  }
}

TEST(MayMove, LetsOnlyWorkersBeginGoOnAndComplete) {
  for (const JobMove& move : JobMoves()) {
    if (IsRunning(move.to) || move.to == kComplete) {
      EXPECT_EQ(move.actor, JobActor::kWorker);
    }
    if (move.to == kComplete) {
      EXPECT_TRUE(IsRunning(move.from));
    }
    if (IsRunning(move.from) && IsRunning(move.to)) {
      EXPECT_LT(move.from, move.to) << "stages do not go back";
    }
  }
}

TEST(MayMove, LetsUsersTouchOnlyWhatWaits) {
  for (const JobMove& move : JobMoves()) {
    if (move.actor == JobActor::kUser) {
      EXPECT_EQ(move.from, kQueued);
      EXPECT_EQ(move.to, kCancelled);
    }
  }
}

TEST(MayMove, LetsEveryRunningJobBeTakenBackWhateverHappened) {
  for (const JobStatus stage : kStages) {
    EXPECT_TRUE(MayMove(stage, kQueued, JobActor::kReaper));
    EXPECT_TRUE(MayMove(stage, kFailed, JobActor::kReaper));
    EXPECT_TRUE(MayMove(stage, kCancelled, JobActor::kReaper));
  }
}

TEST(JobStatus, IsWaitingRunningOrEnded) {
  const std::set<JobStatus> stages(std::begin(kStages), std::end(kStages));
  for (const JobStatus status : kAll) {
    EXPECT_EQ(IsRunning(status), stages.contains(status)) << JobStatusName(status);
    EXPECT_EQ(HasEnded(status), status == kComplete || status == kFailed || status == kCancelled);
  }
}

TEST(JobStatusName, IsReadAsItIsWritten) {
  std::set<std::string_view> names;
  for (const JobStatus status : kAll) {
    EXPECT_EQ(ParseJobStatus(JobStatusName(status)), status);
    names.insert(JobStatusName(status));
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"queued", "validating", "extracting", "tracking",
                                               "processing", "encoding", "complete", "failed",
                                               "cancelled"}));
  for (const char* name : {"", "Queued", "done", "queued "}) {
    EXPECT_EQ(ParseJobStatus(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace tapmask
