import type { ApiClient } from './api-client.js';

/** A snapshot of a run, as subscribers get it. */
export interface Progress {
  readonly syncRunId: string;
  readonly sequence: number;
  readonly status: string;
  readonly phase: string;
  readonly processed: number;
  readonly total: number | null;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly failed: number;
  readonly conflicts: number;
  readonly fraction: number | null;
  readonly estimatedFinishAt: string | null;
  readonly waitingFor: string | null;
  readonly at: string;
}

const progressFields = `syncRunId sequence status phase processed total created updated unchanged deleted
  failed conflicts fraction estimatedFinishAt waitingFor at`;

export type Mode = 'FULL' | 'INCREMENTAL';

/** The answer of startSync. */
export interface Started {
  readonly alreadyRunning: boolean;
  readonly syncRun: {
    readonly id: string;
    readonly status: string;
    readonly mode: string;
    readonly progress: Progress;
  };
}

export type PlatformName = 'HUBSPOT' | 'SALESFORCE' | 'GOOGLE';

/** Goes through the consent as a user's browser would, in the sandbox account of the given name. */
export async function connectPlatform(
  client: ApiClient,
  platform: PlatformName,
  account: string,
): Promise<void> {
  const { connectIntegration } = await client.query(
    `mutation ($platform: Platform!) {
      connectIntegration(input: { platform: $platform }) { authorizationUrl expiresAt } }`,
    { platform },
  );
  const page = await fetch(`${connectIntegration.authorizationUrl}&approve=1&account=${account}`);
  const text = await page.text();
  if (page.status !== 200 || !text.includes(' is connected.'))
    throw new Error(`the consent ended with HTTP ${page.status}: ${text.slice(0, 1_000)}`);
}

export function connectHubspot(client: ApiClient, account: string): Promise<void> {
  return connectPlatform(client, 'HUBSPOT', account);
}

export async function startSync(
  client: ApiClient,
  mode: Mode,
  platform: PlatformName = 'HUBSPOT',
): Promise<Started> {
  const { startSync: started } = await client.query<{ startSync: Started }>(
    `mutation ($platform: Platform!, $mode: SyncMode!) { startSync(input: { platform: $platform, mode: $mode }) {
      alreadyRunning syncRun { id status mode progress { ${progressFields} } } } }`,
    { platform, mode },
  );
  return started;
}

/** The run's events until the server completes the stream. */
export function follow(client: ApiClient, runId: string): AsyncIterableIterator<Progress> {
  return client.subscribe<Progress>(
    `subscription ($id: ID!) { syncProgress(syncRunId: $id) { ${progressFields} } }`,
    { id: runId },
  );
}

/** A run that has ended, with all that its subscriber saw. */
export interface Ended {
  readonly runId: string;
  readonly events: readonly Progress[];
  /** The last event. */
  readonly final: Progress;
}

/** Reads a stream of events to its end. */
export async function readToEnd(events: AsyncIterable<Progress>): Promise<Ended> {
  const seen: Progress[] = [];
  for await (const event of events) seen.push(event);
  const final = seen.at(-1);
  if (!final) throw new Error('the stream ended without an event');
  return { runId: final.syncRunId, events: seen, final };
}

/** Reads on until an event fits, which it returns; the stream stays open. */
export async function readUntil(
  events: AsyncIterator<Progress>,
  fits: (event: Progress) => boolean,
): Promise<Progress> {
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error('the run ended before what was waited for');
    if (fits(value)) return value;
  }
}

/** Starts a run and follows it to its end. */
export async function sync(client: ApiClient, mode: Mode, platform?: PlatformName): Promise<Ended> {
  const { syncRun } = await startSync(client, mode, platform);
  return readToEnd(follow(client, syncRun.id));
}
