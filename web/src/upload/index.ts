// SPDX-License-Identifier: Apache-2.0
export { Uploads } from './UploadPanel';
export { endUploads } from './use_queue';
