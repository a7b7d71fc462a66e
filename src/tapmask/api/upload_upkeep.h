// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/api/services.h"
#include "tapmask/core/clock.h"
#include "tapmask/jobs/stores.h"
#include "tapmask/storage/blob_store.h"

namespace tapmask::api {

// What is to be done for uploads besides answering requests. All block, and may be called by any
// number of processes at any time.

// Makes the videos of uploads whose bytes are all there but whose job is not: the server was killed
// between the two, or the queue was full. Those that still cannot be made are left. Returns how
// many were made. For the start of a server, and then now and then.
int FinishInterruptedUploads(Services& services);

// Removes uploads whose time is over, finished or not, with their bytes, and files that belong to
// no unfinished upload. Videos stay. For the sweeper. When some cannot be removed, throws what the
// first of them threw, after all others are gone.
RemovedFiles RemoveExpiredUploads(Stores& stores, BlobStore& blobs, Time now);

// All of an account, before it is erased.
RemovedFiles RemoveUploadsOf(Stores& stores, BlobStore& blobs, const UserId& user_id);

}  // namespace tapmask::api
