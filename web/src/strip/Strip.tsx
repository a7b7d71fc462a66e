// SPDX-License-Identifier: Apache-2.0
import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useFrame, type FrameClock } from '../frame/frame_clock';
import type { FrameTimes } from '../frame/frame_times';
import type { Size } from '../geometry/pixels';
import { useTexts } from '../text';
import { clockText } from '../text/format';
import { useSize } from '../ui/use_size';
import { Film } from './Film';

export interface StripMark {
  frame: number;
  object: number;
}
/** Neighbouring frames of which the same is to be said. */
export interface StripSpan {
  first: number;
  last: number; // Included.
  how: 'sure' | 'unsure' | 'lost';
}

interface Props {
  /** Where the film's pictures come from, and their shape. */
  src: string;
  frame: Size;
  times: FrameTimes;
  clock: FrameClock;
  marks: readonly StripMark[];
  spans: readonly StripSpan[];
  /** 0 to 1: so much of the video is worked through. */
  done?: number | undefined;
  /** The part that is worked on alone. */
  from?: number | undefined;
  to?: number | undefined;
}

const WIDTH = 1000; // Of the drawing; it is stretched to what there is.
const HEIGHT = 48; // Of the film; the line is under it.

/** The clip as film, and under it a line: thick where we are sure, thin where not, broken where it is lost. */
export function Strip({ src, frame: shape, times, clock, marks, spans, done, from, to }: Props) {
  const t = useTexts();
  const frame = useFrame(clock);
  const film = useRef<HTMLDivElement>(null);
  const { width } = useSize(film);
  const cells = Math.min(24, Math.max(0, Math.round((width * shape.height) / (HEIGHT * shape.width))));
  const x = (at: number) => (at / times.frames) * WIDTH;

  function seekTo(event: PointerEvent): void {
    const box = film.current?.getBoundingClientRect();
    if (!box || box.width === 0) return;
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    clock.seek(Math.min(times.frames - 1, Math.floor(share * times.frames)));
  }

  function keyed(event: KeyboardEvent): void {
    const goal: Record<string, number> = { Home: 0, End: times.frames - 1, PageDown: frame + 25, PageUp: frame - 25 };
    const to = goal[event.key];
    if (to === undefined) return; // Arrows are the page's.
    clock.seek(to);
    event.preventDefault();
  }

  return (
    <div className="flex flex-col gap-1 bg-paper px-3 py-2">
      <div className="flex justify-between text-small text-soft">
        <span>{clockText(times.begin(frame))}</span>
        <span>{t.stage.frame(frame + 1, times.frames)}</span>
        <span>{clockText(times.seconds)}</span>
      </div>
      <div
        ref={film}
        role="slider"
        tabIndex={0}
        aria-label={t.stage.strip}
        aria-valuemin={1}
        aria-valuemax={times.frames}
        aria-valuenow={frame + 1}
        aria-valuetext={t.stage.frame(frame + 1, times.frames)}
        className="relative h-16 cursor-ew-resize touch-none overflow-hidden rounded border border-line bg-table"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          seekTo(event);
        }}
        onPointerMove={(event) => event.buttons > 0 && seekTo(event)}
        onKeyDown={keyed}
      >
        {cells > 0 && <div className="absolute inset-x-0 top-0 h-12"><Film src={src} times={times} frame={shape} cells={cells} /></div>}
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 16}`} preserveAspectRatio="none" className="absolute inset-0 h-full w-full" aria-hidden="true">
          {done !== undefined && <rect x={0} y={0} width={done * WIDTH} height={HEIGHT} className="fill-accent/30" />}
          {from !== undefined && <rect x={0} y={0} width={x(from)} height={HEIGHT} className="fill-table/80" />}
          {to !== undefined && <rect x={x(to)} y={0} width={WIDTH - x(to)} height={HEIGHT} className="fill-table/80" />}
          {spans.map((span) => <Line key={span.first} span={span} x={x} />)}
          {marks.map((mark, i) => (
            <rect key={i} x={x(mark.frame + 0.5) - 1.5} y={0} width={3} height={HEIGHT} className={`object-${mark.object}`} fill="rgb(var(--object))" />
          ))}
        </svg>
        <div className="pointer-events-none absolute inset-y-0 w-0.5 -translate-x-1/2 bg-ink" style={{ left: `${((frame + 0.5) / times.frames) * 100}%` }} />
      </div>
    </div>
  );
}

function Line({ span, x }: { span: StripSpan; x: (frame: number) => number }) {
  const look = {
    sure: { className: 'stroke-ink', strokeWidth: 5 },
    unsure: { className: 'stroke-unsure', strokeWidth: 2 },
    lost: { className: 'stroke-wrong', strokeWidth: 2, strokeDasharray: '3 4' },
  }[span.how];
  return <line x1={x(span.first)} x2={x(span.last + 1)} y1={HEIGHT + 8} y2={HEIGHT + 8} vectorEffect="non-scaling-stroke" {...look} />;
}
