import type { ApiClient } from './api-client.js';
import type { SandboxCall } from './sandbox-control.js';
import { type Ended, follow, type Mode, type PlatformName, type Progress, readToEnd } from './sync-client.js';

export type Direction = 'PULL' | 'PUSH' | 'TWO_WAY';

interface Ask {
  readonly platform: PlatformName;
  readonly direction: Direction;
  readonly mode?: Mode;
  readonly dryRun?: boolean;
}

/** The id of the run. */
export async function start(
  client: ApiClient,
  { mode = 'INCREMENTAL', dryRun = false, ...ask }: Ask,
): Promise<string> {
  const { startSync } = await client.query(
    `mutation ($input: StartSyncInput!) { startSync(input: $input) { syncRun { id } } }`,
    { input: { ...ask, mode, dryRun } },
  );
  return startSync.syncRun.id;
}

/** A mutation of a run by its id; the id of the run that it answers with. */
export async function steer(
  client: ApiClient,
  mutation: 'approveSync' | 'cancelSync' | 'retrySync' | 'undoSync',
  id: string,
): Promise<string> {
  const answer = await client.query(`mutation ($id: ID!) { ${mutation}(id: $id) { syncRun { id } } }`, {
    id,
  });
  return answer[mutation].syncRun.id;
}

/** Follows a run until it has ended, or stopped to ask. */
export async function untilItStands(client: ApiClient, runId: string): Promise<Progress> {
  for await (const event of follow(client, runId)) {
    const isOver = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED'].includes(event.status);
    if (isOver || event.status === 'AWAITING_APPROVAL') return event;
  }
  throw new Error('the stream ended before the run did');
}

/** Starts a run, approves whatever it asks, and follows it to its end. */
export async function runThrough(client: ApiClient, ask: Ask): Promise<Ended> {
  const id = await start(client, ask);
  while ((await untilItStands(client, id)).status === 'AWAITING_APPROVAL')
    await steer(client, 'approveSync', id);
  return readToEnd(follow(client, id));
}

const writePath =
  /\/batch\/(create|update|upsert|archive)$|\/composite\/sobjects$|:batch(Create|Update|Delete)Contacts$/;

/** Whether a call has changed something in the CRM. */
export function isWrite({ method, path }: SandboxCall): boolean {
  return method !== 'GET' && writePath.test(path);
}
