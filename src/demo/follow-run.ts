import type { DemoClient } from './client.js';
import type { SyncProgressSubscription } from './gql/graphql.js';
import { SyncProgress } from './operations.js';

export type Progress = SyncProgressSubscription['syncProgress'];

/** Watches a run until it has ended, or stops to ask. */
export async function followRun(
  client: DemoClient,
  id: string,
  show: (progress: Progress) => void = () => {},
): Promise<Progress> {
  let last: Progress | undefined;
  for await (const { syncProgress } of client.follow(SyncProgress, { id })) {
    show(syncProgress);
    last = syncProgress;
    if (syncProgress.status === 'AWAITING_APPROVAL') break;
  }
  if (!last) throw new Error('The server told nothing of the run.');
  return last;
}

/** What a run has done, in words. */
export function describeCounts({ status, created, updated, deleted, failed }: Progress): string {
  const counts = Object.entries({ created, changed: updated, deleted, failed });
  const done = counts.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  return [status.toLowerCase().replaceAll('_', ' '), ...(done.length > 0 ? done : ['nothing to do'])].join(
    ', ',
  );
}
