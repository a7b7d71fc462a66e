// SPDX-License-Identifier: Apache-2.0
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { Centered } from '../ui/Centered';
import type { Video } from '../api/types';
import type { FramePoint } from '../geometry/pixels';
import { useTexts } from '../text';
import { ProblemNotice } from '../ui/Notice';
import { Button } from '../ui/Button';
import { Boundary } from './Boundary';
import { Link } from './Link';
import { fetchPart, parts } from './parts';
import { go, useRoute, type Route } from './route';
import { loadSession, useSession, type Session } from './session';
import { TopBar } from './TopBar';

const { account, job, upload, video } = parts;
const SignIn = lazy(async () => ({ default: (await account()).SignIn }));
const AccountPage = lazy(async () => ({ default: (await account()).AccountPage }));
const HistoryPage = lazy(async () => ({ default: (await account()).HistoryPage }));
const SessionExpired = lazy(async () => ({ default: (await account()).SessionExpired }));
const VerifyPage = lazy(async () => ({ default: (await account()).VerifyPage }));
const ResetPage = lazy(async () => ({ default: (await account()).ResetPage }));
const Uploads = lazy(async () => ({ default: (await upload()).Uploads }));
const OpenVideoPage = lazy(async () => ({ default: (await video()).OpenVideoPage }));
const JobPage = lazy(async () => ({ default: (await job()).JobPage }));

export function App() {
  const t = useTexts();
  const route = useRoute();
  const session = useSession();
  // When a session ends, the page stays as it was, and signing in lies over it.
  const last = useRef<Extract<Session, { state: 'signedIn' }>>();
  if (session.state === 'signedIn') last.current = session;
  const hasExpired = session.state === 'signedOut' && session.expired;
  const [brought, setBrought] = useState<Brought>();
  useEffect(() => {
    fetchPart();
    void loadSession();
  }, []);

  return (
    <div className="flex h-full flex-col">
      <TopBar />
      <main className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        <Boundary>
          <Suspense fallback={<Centered>{t.loading}</Centered>}>
            {pageOf(route, hasExpired && last.current ? last.current : session, brought, setBrought)}
          </Suspense>
        </Boundary>
      </main>
      {hasExpired && <Suspense fallback={null}><SessionExpired was={last.current?.account} /></Suspense>}
    </div>
  );
}

/** A video that was tapped before it was opened. */
type Brought = { videoId: string; at: FramePoint | undefined } | undefined;

function pageOf(route: Route, session: Session, brought: Brought, onBrought: (brought: Brought) => void): ReactNode {
  if (route.at === 'verify') return <VerifyPage token={route.token} />;
  if (route.at === 'reset') return <ResetPage token={route.token} />;
  if (route.at === 'nowhere') return <Nowhere />;
  switch (session.state) {
    case 'loading': return <Loading />;
    case 'unreachable': return <Unreachable session={session} />;
    case 'signedOut': return <SignIn config={session.config} />;
    case 'signedIn': break;
  }
  const { config, account: who } = session;
  switch (route.at) {
    case 'start': {
      const open = ({ videoId }: Video, at?: FramePoint) => {
        onBrought({ videoId, at });
        go(`/videos/${videoId}`);
      };
      return <Uploads config={config} account={who} onReady={open} />;
    }
    case 'video': {
      const at = brought?.videoId === route.videoId ? brought.at : undefined;
      return <OpenVideoPage key={route.videoId} videoId={route.videoId} config={config} at={at} />;
    }
    case 'job': return <JobPage key={route.jobId} jobId={route.jobId} />;
    case 'account': return <AccountPage config={config} account={who} />;
    case 'history': return <HistoryPage />;
  }
}

function Loading() {
  return <Centered>{useTexts().loading}</Centered>;
}

function Unreachable({ session }: { session: Extract<Session, { state: 'unreachable' }> }) {
  const t = useTexts();
  return (
    <Centered>
      <ProblemNotice error={session.error} />
      <Button onClick={() => void loadSession()}>{t.again}</Button>
    </Centered>
  );
}

function Nowhere() {
  const t = useTexts();
  return (
    <Centered>
      <h1>{t.notFound}</h1>
      <Link href="/" className="text-accent-text underline underline-offset-4">{t.toStart}</Link>
    </Centered>
  );
}
