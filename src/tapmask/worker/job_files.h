// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "tapmask/jobs/job.h"
#include "tapmask/jobs/video.h"
#include "tapmask/storage/blob_store.h"

namespace tapmask {

// Where the files of a video and of a job lie in storage.
BlobKey FolderOfVideo(const UserId& user_id, const VideoId& video_id);
BlobKey FolderOfJob(const UserId& user_id, const JobId& job_id);
// Of one attempt: what a worker writes that has lost its lease is in nobody's way.
BlobKey FolderOfAttempt(const Job& job);
// Of all attempts together: what one hands on to the next.
BlobKey FolderOfCheckpoint(const Job& job);

constexpr const char* kProxyName = "proxy.mp4";
constexpr const char* kPosterName = "poster.jpg";
constexpr const char* kFramesName = "frames.json";  // When each frame is shown.
constexpr const char* kOutputName = "processed.mp4";
constexpr const char* kMasksName = "masks.jsonl";
constexpr const char* kReportName = "report.json";
// In a child's scratch:
constexpr const char* kEarlierName = "earlier.jsonl";       // Masks to be corrected.
constexpr const char* kKeptMasksName = "checkpoint.jsonl";  // The finished masks, to be kept.
constexpr const char* kTrackedFolder = "tracked";    // Checkpoints (pipeline/checkpoint_folder.h)
constexpr const char* kRenderedFolder = "rendered";  // of the two passes.

// "original.mov": what reports and texts may call the video.
std::string ShownName(const Video& video);

// Writes a blob to a file of the worker's own. False: there is no such blob.
bool CopyToFile(BlobStore& blobs, const BlobKey& key, const std::filesystem::path& file);

// What a job that `job`'s attempt has completed does not need any more: the checkpoint, and all
// files of other attempts.
void RemoveAllButOutputs(BlobStore& blobs, const Job& job);
// What an attempt leaves that is to be tried again, but for the checkpoint.
void RemoveOutputs(BlobStore& blobs, const Job& job);

}  // namespace tapmask
