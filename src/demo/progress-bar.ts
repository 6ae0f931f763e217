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
      format: '  {bar} {percentage}% | {value}/{total} contacts | {rate}/s | {left} | {note}',
      noTTYOutput: true,
      notTTYSchedule: 1_000,
      hideCursor: true,
      linewrap: false,
      stream: process.stdout,
    },
    Presets.shades_classic,
  );
  const start = Date.now();
  bar.start(1, 0, { rate: 0, left: '', note: 'starting' });
  return {
    show(progress) {
      const seconds = (Date.now() - start) / 1_000;
      bar.setTotal(progress.total ?? Math.max(progress.processed, 1));
      bar.update(progress.processed, {
        rate: seconds > 0 ? Math.round(progress.processed / seconds) : 0,
        left: timeLeft(progress),
        note: noteOf(progress),
      });
    },
    stop: () => bar.stop(),
  };
}

function timeLeft({ estimatedFinishAt }: Progress): string {
  if (!estimatedFinishAt) return '';
  return `${Math.max(Math.ceil((Date.parse(estimatedFinishAt) - Date.now()) / 1_000), 0)} s left`;
}

function noteOf(progress: Progress): string {
  if (progress.waitingFor) return progress.waitingFor;
  const { created, updated, unchanged, deleted, failed } = progress;
  const parts = Object.entries({ new: created, changed: updated, unchanged, deleted, failed });
  const counts = parts.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  return [progress.status.toLowerCase(), ...counts].join(', ');
}
