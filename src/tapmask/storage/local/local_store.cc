// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/local/local_store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/core/id.h"
#include "tapmask/storage/disk_reserve.h"
#include "tapmask/storage/hex.h"
#include "tapmask/storage/local/encrypted_file.h"
#include "tapmask/storage/local/posix_file.h"
#include "tapmask/storage/secret_file.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCopyBytes = 1 << 20;

Time ModifiedAt(const struct stat& info) {
  return Time(std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::seconds(info.st_mtim.tv_sec) + std::chrono::nanoseconds(info.st_mtim.tv_nsec)));
}

class LocalWriter final : public BlobWriter {
 public:
  LocalWriter(const fs::path& temporary, fs::path target, const std::optional<MasterKey>& key,
              const std::string& name)
      : file_(temporary), target_(std::move(target)) {
    if (key) encrypted_.emplace(file_.file(), file_.path(), *key, name);
  }

  void Write(std::span<const std::byte> data) override {
    if (encrypted_) {
      encrypted_->Write(data);
    } else {
      WriteAll(file_.file(), data, file_.path());
    }
  }
  void Commit() override {
    if (encrypted_) encrypted_->Finish();
    file_.Commit(target_);
  }

 private:
  TemporaryBlobFile file_;
  const fs::path target_;
  std::optional<EncryptedFileWriter> encrypted_;
};

class PlainReader final : public BlobReader {
 public:
  PlainReader(FileDescriptor file, fs::path path)
      : file_(std::move(file)), path_(std::move(path)), size_bytes_(StatOf(file_, path_).st_size) {}
  int64_t size_bytes() const override { return size_bytes_; }
  size_t ReadAt(int64_t offset, std::span<std::byte> out) override {
    return ReadAllAt(file_, offset, out, path_);
  }

 private:
  const FileDescriptor file_;
  const fs::path path_;
  const int64_t size_bytes_;
};

class EncryptedReader final : public BlobReader {
 public:
  EncryptedReader(FileDescriptor file, const fs::path& path, const MasterKey& key,
                  const std::string& name)
      : reader_(std::move(file), path, key, name) {}
  int64_t size_bytes() const override { return reader_.size_bytes(); }
  size_t ReadAt(int64_t offset, std::span<std::byte> out) override {
    return reader_.ReadAt(offset, out);
  }

 private:
  EncryptedFileReader reader_;
};

}  // namespace

LocalStore::LocalStore(Options options)
    : options_(std::move(options)),
      blobs_(options_.root / "blobs"),
      temporary_(options_.root / "temporary"),
      scratch_(options_.root / "scratch"),
      work_(options_.root / "work") {
  for (const fs::path& folder : {options_.root, blobs_, temporary_, scratch_, work_}) {
    MakeFolders(folder);
  }
  CheckFormat();
}

void LocalStore::CheckFormat() const {
  const std::string wanted = options_.key
                                 ? "tapmask-files 1 aes-256-gcm " + ToHex(options_.key->id()) + "\n"
                                 : "tapmask-files 1 plain\n";
  const fs::path file = options_.root / "format";
  const std::optional<std::string> found = ReadSecretFile(file, 200);
  if (!found) {
    WriteSecretFile(file, wanted);
  } else if (*found != wanted) {
    const bool is_plain = *found == "tapmask-files 1 plain\n";
    throw Error(Code::kInvalidArgument,
                is_plain ? "The files in " + options_.root.string() +
                               " are not encrypted: leave the key file out, or begin a new folder."
                         : "The files in " + options_.root.string() +
                               " are encrypted: give the key file that they were made with.");
  }
}

int64_t LocalStore::SizeOf(int64_t size_on_disk_bytes) const {
  // Of a damaged one what is there; reading it says what is the matter.
  return options_.key ? PlainSize(size_on_disk_bytes).value_or(size_on_disk_bytes)
                      : size_on_disk_bytes;
}

void LocalStore::PutFile(const BlobKey& key, const fs::path& file) {
  const FileDescriptor source(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!source.IsOpen()) {
    if (errno == ENOENT) {
      throw Error(Code::kNotFound, "The file to be stored is missing.", file.string());
    }
    if (errno != ELOOP) ThrowErrno(errno, "opening", file);
  }
  if (!source.IsOpen() || !S_ISREG(StatOf(source, file).st_mode)) {
    throw Error(Code::kInvalidArgument, "Only regular files can be stored.", file.string());
  }
  // By a second name it could be changed later.
  const bool has_one_name = StatOf(source, file).st_nlink == 1;
  if (!options_.key && has_one_name) {
    if (::fchmod(source.get(), 0600) != 0) ThrowErrno(errno, "setting the mode of", file);
    SyncFile(source, file);
    if (RenameInto(file, PathOf(key))) return;
  }
  CheckRoomFor(StatOf(source, file).st_size);
  const std::unique_ptr<BlobWriter> writer = Create(key);
  std::vector<std::byte> buffer(kCopyBytes);
  for (int64_t offset = 0;;) {
    const size_t count = ReadAllAt(source, offset, buffer, file);
    writer->Write(std::span(buffer).first(count));
    offset += static_cast<int64_t>(count);
    if (count < buffer.size()) break;
  }
  writer->Commit();
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) ThrowErrno(errno, "removing", file);
}

std::unique_ptr<BlobWriter> LocalStore::Create(const BlobKey& key) {
  return std::make_unique<LocalWriter>(temporary_, PathOf(key), options_.key, key.text());
}

std::unique_ptr<BlobReader> LocalStore::Open(const BlobKey& key) {
  const fs::path path = PathOf(key);
  FileDescriptor file = OpenForReading(path);
  if (!file.IsOpen()) return nullptr;
  if (!options_.key) return std::make_unique<PlainReader>(std::move(file), path);
  return std::make_unique<EncryptedReader>(std::move(file), path, *options_.key, key.text());
}

FileDescriptor LocalStore::OpenPlain(const BlobKey& key) {
  if (!options_.key) return OpenForReading(PathOf(key));
  const std::unique_ptr<BlobReader> reader = Open(key);
  if (!reader) return FileDescriptor();
  CheckRoomFor(reader->size_bytes());
  const TemporaryBlobFile copy(temporary_);  // Loses its name at the end of this function.
  std::vector<std::byte> buffer(kCopyBytes);
  for (int64_t offset = 0; offset < reader->size_bytes();) {
    const size_t count = reader->ReadAt(offset, buffer);
    WriteAll(copy.file(), std::span(buffer).first(count), copy.path());
    offset += static_cast<int64_t>(count);
  }
  return OpenForReading(copy.path());
}

std::optional<int64_t> LocalStore::Size(const BlobKey& key) {
  const fs::path path = PathOf(key);
  const FileDescriptor file = OpenForReading(path);
  if (!file.IsOpen()) return std::nullopt;
  return SizeOf(StatOf(file, path).st_size);
}

std::vector<BlobInfo> LocalStore::List(const std::optional<BlobKey>& folder) {
  std::vector<BlobInfo> blobs;
  ListBelow(folder ? PathOf(*folder) : blobs_, blobs);
  std::sort(blobs.begin(), blobs.end(),
            [](const BlobInfo& a, const BlobInfo& b) { return a.key < b.key; });
  return blobs;
}

void LocalStore::ListBelow(const fs::path& folder, std::vector<BlobInfo>& blobs) const {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) {
    if (error.value() == ENOENT || error.value() == ENOTDIR) return;
    ThrowErrno(error.value(), "listing", folder);
  }
  for (const fs::directory_iterator end; entries != end; entries.increment(error)) {
    if (error) ThrowErrno(error.value(), "listing", folder);
    const fs::path& path = entries->path();
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) continue;  // Removed meanwhile.
    if (S_ISDIR(info.st_mode)) {
      ListBelow(path, blobs);
    } else if (S_ISREG(info.st_mode)) {
      // What is not named as a blob is not ours.
      std::optional<BlobKey> key = BlobKey::Parse(path.lexically_relative(blobs_).string());
      if (key) blobs.push_back({*std::move(key), SizeOf(info.st_size), ModifiedAt(info)});
    }
  }
}

bool LocalStore::Remove(const BlobKey& key) {
  const fs::path path = PathOf(key);
  if (::unlink(path.c_str()) != 0) {
    const int error = errno;
    // EISDIR, and EPERM as POSIX has it: a folder of blobs.
    if (error == ENOENT || error == ENOTDIR || error == EISDIR) return false;
    std::error_code ignored;
    if (error == EPERM && fs::is_directory(path, ignored)) return false;
    ThrowErrno(error, "removing", path);
  }
  RemoveEmptyFolders(path.parent_path());
  return true;
}

RemovedFiles LocalStore::RemoveAll(const BlobKey& folder) {
  const fs::path path = PathOf(folder);
  const RemovedFiles removed =
      RemoveTree(path, [this](int64_t size_on_disk) { return SizeOf(size_on_disk); });
  RemoveEmptyFolders(path.parent_path());
  return removed;
}

void LocalStore::RemoveEmptyFolders(fs::path folder) const {
  while (folder != blobs_ && (::rmdir(folder.c_str()) == 0 || errno == ENOENT)) {
    folder = folder.parent_path();
  }
  SyncFolder(folder);  // What is gone stays gone.
}

void LocalStore::CheckRoomFor(int64_t bytes) {
  if (FreeBytes() - kSpareDiskBytes >= bytes) return;
  throw Error(Code::kStorageFull, "There is no space left for files; try again later.");
}

int64_t LocalStore::FreeBytes() {
  return FreeBytesAt(blobs_);
}

ScratchFolder LocalStore::MakeScratch() {
  const fs::path path = scratch_ / NewUuid();
  MakeFolders(path);
  FileDescriptor lock(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.IsOpen()) ThrowErrno(errno, "opening", path);
  (void)TryLock(lock);
  return ScratchFolder(path, std::move(lock));
}

fs::path LocalStore::WorkFolder(std::string_view name) {
  const BlobKey key = BlobKey::Make(name);
  if (key.text().find('/') != std::string::npos) {
    throw Error(Code::kInvalidArgument, "A work folder's name is a single part.");
  }
  const fs::path path = work_ / key.text();
  MakeFolders(path);
  return path;
}

std::vector<fs::path> LocalStore::Orphans(Time before) {
  std::vector<fs::path> orphans;
  for (const fs::path& folder : {temporary_, scratch_}) {
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error) ThrowErrno(error.value(), "listing", folder);
    for (const fs::directory_iterator end; entries != end; entries.increment(error)) {
      if (error) ThrowErrno(error.value(), "listing", folder);
      const fs::path& path = entries->path();
      struct stat info {};
      if (::lstat(path.c_str(), &info) != 0 || ModifiedAt(info) >= before) continue;
      if (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)) {
        const FileDescriptor file(
            ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (file.IsOpen() && !TryLock(file)) continue;  // Somebody works with it.
      }
      orphans.push_back(path);
    }
  }
  std::sort(orphans.begin(), orphans.end());
  return orphans;
}

RemovedFiles LocalStore::RemoveOrphans(Time before) {
  RemovedFiles removed;
  for (const fs::path& path : Orphans(before)) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) continue;
    if (S_ISDIR(info.st_mode)) {
      const RemovedFiles below = RemoveTree(path);
      removed.files += below.files;
      removed.bytes += below.bytes;
    } else if (::unlink(path.c_str()) == 0) {
      ++removed.files;
      removed.bytes += info.st_size;
    } else if (errno != ENOENT) {
      ThrowErrno(errno, "removing", path);
    }
  }
  return removed;
}

}  // namespace tapmask
