// SPDX-License-Identifier: Apache-2.0
import type { Config } from '../api/types';
import type { FramePoint } from '../geometry/pixels';
import { useTexts } from '../text';
import { Centered } from '../ui/Centered';
import { ProblemNotice } from '../ui/Notice';
import { Gone } from './Gone';
import { isGone, useVideo } from './use_video';
import { VideoPage } from './VideoPage';

/** `at`: a place of the first frame that was tapped before. */
export function OpenVideoPage({ videoId, config, at }: { videoId: string; config: Config; at?: FramePoint | undefined }) {
  const t = useTexts();
  const state = useVideo(videoId);
  if (state.state === 'loading') return <Centered>{t.loading}</Centered>;
  if (state.state === 'open') return <VideoPage open={state.open} config={config} at={at} />;
  return isGone(state) ? <Gone /> : <Centered><ProblemNotice error={state.error} /></Centered>;
}
