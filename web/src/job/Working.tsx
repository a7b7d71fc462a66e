// SPDX-License-Identifier: Apache-2.0
import { useEffect, useMemo, type ReactNode } from 'react';
import { links } from '../api/client';
import type { JobStatus } from '../api/types';
import { FrameClock } from '../frame/frame_clock';
import { Strip } from '../strip/Strip';
import { Table } from '../video/Table';
import type { OpenVideo } from '../video/use_video';

/** The video while it is worked on: its film fills as frames are done. */
export function Working({ open, status, sheet }: { open: OpenVideo; status: JobStatus; sheet: ReactNode }) {
  const { video, frame, times } = open;
  const clock = useMemo(() => new FrameClock(), []);
  useEffect(() => clock.answerSeeks(() => undefined), [clock]);
  return (
    <Table
      stage={
        <div className="flex h-full items-center justify-center bg-table">
          <img src={links.poster(video.videoId)} alt="" className="h-full w-full object-contain opacity-90" />
        </div>
      }
      strip={
        <Strip src={links.proxy(video.videoId)} frame={frame} times={times} clock={clock} spans={[]} marks={[]}
          done={status.progress / 100} />
      }
      sheet={sheet}
    />
  );
}
