import { Presets, SingleBar } from 'cli-progress';
import type { SyncProgressSubscription } from './gql/graphql.js';

type Progress = SyncProgressSubscription['syncProgress'];

export interface ProgressBar {
  show(progress: Progress): void;
  stop(): void;
}

/** One line that is drawn over (on a terminal), or a line a second (into a file or pipe). */
export function openProgressBar(): ProgressBar {
  const bar = new SingleBar(
    {
      format: '  {bar} {percentage}% | {value}/{total} contacts | {rate}/s | {note}',
      noTTYOutput: true,
      notTTYSchedule: 1_000,
      hideCursor: true,
      linewrap: false,
      stream: process.stdout,
    },
    Presets.shades_classic,
  );
  const start = Date.now();
  return {
    show(progress) {
      const { processed, total } = progress;
      if (typeof total !== 'number') return; // nothing to draw against yet
      const seconds = (Date.now() - start) / 1_000;
      const shown = { rate: seconds > 0 ? Math.round(processed / seconds) : 0, note: noteOf(progress) };
      if (!bar.isActive) bar.start(total, processed, shown);
      bar.setTotal(total);
      bar.update(processed, shown);
    },
    stop: () => bar.stop(),
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
