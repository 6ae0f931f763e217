import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { SyncProgressSubscription } from './gql/graphql.js';

type Progress = SyncProgressSubscription['syncProgress'];

export interface ProgressBars {
  /** Draws one more bar under the others and says how to move it. */
  add(name: string): (progress: Progress) => void;
  stop(): void;
}

/** A line each that is drawn over (on a terminal), or lines every second (into a file or pipe). */
export function openProgressBars(): ProgressBars {
  const bars = new MultiBar(
    {
      format: '  {name} {bar} {percentage}% | {value}/{total} contacts | {rate}/s | {note}',
      noTTYOutput: true,
      notTTYSchedule: 1_000,
      hideCursor: true,
      linewrap: false,
      stream: process.stdout,
    },
    Presets.shades_classic,
  );
  return {
    add(name) {
      const start = Date.now();
      let bar: SingleBar | undefined;
      return (progress) => {
        const { processed, total } = progress;
        if (typeof total !== 'number') return; // nothing to draw against yet
        const seconds = (Date.now() - start) / 1_000;
        const rate = seconds > 0 ? Math.round(processed / seconds) : 0;
        const shown = { name: name.padEnd(10), rate, note: noteOf(progress) };
        bar ??= bars.create(total, processed, shown);
        bar.setTotal(total);
        bar.update(processed, shown);
      };
    },
    stop: () => bars.stop(),
  };
}

function timeLeft({ estimatedFinishAt }: Progress): string[] {
  if (!estimatedFinishAt) return [];
  return [`${Math.max(Math.ceil((Date.parse(estimatedFinishAt) - Date.now()) / 1_000), 0)} s left`];
}

function noteOf(progress: Progress): string {
  if (progress.waitingFor) return progress.waitingFor;
  const { created, updated, unchanged, deleted, failed } = progress;
  const parts = Object.entries({ new: created, changed: updated, unchanged, deleted, failed });
  const counts = parts.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  return [...timeLeft(progress), progress.status.toLowerCase(), ...counts].join(', ');
}
