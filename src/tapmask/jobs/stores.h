// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/jobs/credential_store.h"
#include "tapmask/jobs/job_store.h"
#include "tapmask/jobs/mail_outbox.h"
#include "tapmask/jobs/upload_store.h"
#include "tapmask/jobs/user_store.h"
#include "tapmask/jobs/video_store.h"

namespace tapmask {

// All that the service keeps, of one back end. What one of them does in a transaction may touch
// what another shows: deleting a video cancels jobs, the end of a job writes a mail.
class Stores {
 public:
  virtual ~Stores() = default;

  virtual UserStore& users() = 0;
  virtual CredentialStore& credentials() = 0;
  virtual VideoStore& videos() = 0;
  virtual UploadStore& uploads() = 0;
  virtual JobStore& jobs() = 0;
  virtual MailOutbox& mails() = 0;

  // Throws kUnavailable or kStorageFull when nothing can be written now.
  virtual void CheckReady() = 0;
};

}  // namespace tapmask
