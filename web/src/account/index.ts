// SPDX-License-Identifier: Apache-2.0
export { AccountPage } from './AccountPage';
export { HistoryPage } from './HistoryPage';
export { OverQuota, usedUp } from './OverQuota';
export { ResetPage } from './ResetPage';
export { SessionExpired } from './SessionExpired';
export { SignIn } from './SignIn';
export { VerifyPage } from './VerifyPage';
