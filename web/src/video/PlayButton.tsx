// SPDX-License-Identifier: Apache-2.0
import { useTexts } from '../text';
import type { StageState } from './use_stage';

export function PlayButton({ on }: { on: StageState }) {
  const t = useTexts();
  return (
    <button type="button" onClick={() => on.media?.toggle()}
      className="absolute bottom-3 left-3 h-10 rounded border border-line bg-paper px-3 text-small">
      {on.playing ? t.stage.pause : t.stage.play}
    </button>
  );
}
