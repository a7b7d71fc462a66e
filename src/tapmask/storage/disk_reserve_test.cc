// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/disk_reserve.h"

#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/local/local_store.h"
#include "tapmask/storage/local/posix_file.h"
#include "tapmask/storage/small_disk.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMB = 1'000'000;

class DiskReserveTest : public ::testing::Test {
 protected:
  // Runs `test` in a child on a disk of its own. It says what is wrong by throwing.
  template <class Test>
  void OnDiskOf(int64_t bytes, Test test) {
    const int answer = OnSmallDisk(folder_.path(), bytes, [&] {
      test();
      return 0;
    });
    if (answer == kCannotBeSetUp) GTEST_SKIP() << "no small disk can be mounted here";
    EXPECT_EQ(answer, 0);
  }

  static void Check(bool is_so, const char* what) {
    if (!is_so) throw std::runtime_error(what);
  }
  int64_t Free() { return FreeBytesAt(folder_.path()); }
  fs::path File() { return folder_.path() / "disk-reserve"; }
  // Leaves so many bytes free, to a page or two.
  void FillAllBut(int64_t left_bytes) {
    const fs::path path = folder_.path() / "others";
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    Check(::posix_fallocate(file.get(), 0, Free() - left_bytes - 4'096) == 0, "filling");
  }

  TestFolder folder_;
  DiskReserve reserve_{folder_.path()};
};

TEST_F(DiskReserveTest, TakesUpSpaceThatIsFreeAgainWhenItIsGivenUp) {
  OnDiskOf(200 * kMB, [&] {
    const int64_t before = Free();
    Check(reserve_.Restore(), "not made");
    Check(before - Free() >= DiskReserve::kBytes, "it takes up no space");
    struct stat info {};
    Check(::stat(File().c_str(), &info) == 0 && (info.st_mode & 0777) == 0600, "mode");
    const int64_t with_it = Free();
    Check(reserve_.Restore() && Free() == with_it, "made twice");

    Check(!reserve_.GiveUpIfFull(), "the disk is not full");
    Check(reserve_.GiveUp() && !fs::exists(File()), "not given up");
    Check(Free() >= before - 8'192, "not free");
    Check(!reserve_.GiveUp(), "given up twice");
  });
}

TEST_F(DiskReserveTest, IsGivenUpOnAFullDiskAndComesBackWhenThereIsRoom) {
  OnDiskOf(200 * kMB, [&] {
    Check(reserve_.Restore(), "not made");
    FillAllBut(DiskReserve::kFullBytes + kMB);
    Check(!reserve_.GiveUpIfFull(), "given up too early");
    WriteText(folder_.path() / "more", std::string(2 * kMB, 'x'));
    Check(reserve_.GiveUpIfFull(), "kept on a full disk");
    Check(Free() > DiskReserve::kBytes, "no space");
    Check(!reserve_.Restore() && !fs::exists(File()), "made on a full disk");
    Check(!reserve_.GiveUpIfFull(), "given up twice");

    fs::remove(folder_.path() / "others");
    Check(reserve_.Restore(), "not made again");
  });
}

TEST_F(DiskReserveTest, LeavesTheDiskWhatItMustHave) {
  OnDiskOf(kSpareDiskBytes + DiskReserve::kBytes - kMB,
           [&] { Check(!reserve_.Restore() && !fs::exists(File()), "made"); });
  OnDiskOf(kSpareDiskBytes + DiskReserve::kBytes + kMB,
           [&] { Check(reserve_.Restore() && Free() >= kSpareDiskBytes, "not made"); });
}

TEST_F(DiskReserveTest, MakesOneWholeThatIsNot) {
  OnDiskOf(200 * kMB, [&] {
    WriteText(File(), "");
    fs::resize_file(File(), DiskReserve::kBytes);  // As large, but there is nothing in it.
    const int64_t before = Free();
    Check(reserve_.Restore(), "not made");
    Check(before - Free() >= DiskReserve::kBytes - 8'192, "it takes up no space");
  });
}

TEST_F(DiskReserveTest, FollowsNoLink) {
  WriteText(folder_.path() / "precious", "x");
  fs::create_symlink("precious", File());

  EXPECT_THROW(reserve_.Restore(), Error);
  EXPECT_EQ(FileText(folder_.path() / "precious"), "x");
  EXPECT_TRUE(reserve_.GiveUp());
  EXPECT_EQ(FileText(folder_.path() / "precious"), "x");
}

// What was wrong: an encrypted copy went on until there was nothing left for the database.
TEST_F(DiskReserveTest, CopiesOfBlobsLeaveTheDiskWhatItMustHave) {
  OnDiskOf(200 * kMB, [&] {
    FileKey key;
    key.bytes.fill(7);
    LocalStore store({folder_.path() / "files", MasterKey(key)});
    const auto put = [&] {
      WriteText(folder_.path() / "new", std::string(kMB, 'x'));
      store.PutFile(BlobKey::Make("a"), folder_.path() / "new");
    };
    const auto is_full = [&](const auto& step) {
      try {
        step();
      } catch (const Error& error) {
        return error.code() == Code::kStorageFull;
      }
      return false;
    };
    put();
    Check(store.OpenPlain(BlobKey::Make("a")).IsOpen(), "not opened");
    FillAllBut(kSpareDiskBytes + kMB / 2);
    const int64_t before = Free();
    Check(is_full([&] { store.OpenPlain(BlobKey::Make("a")); }), "copied in clear");
    Check(is_full(put), "put");
    Check(fs::exists(folder_.path() / "new"), "the file is gone");
    Check(Free() >= before - 2 * kMB, "something is left");
    Check(store.Open(BlobKey::Make("a")) != nullptr, "the earlier one is gone");
  });
}

}  // namespace
}  // namespace tapmask
