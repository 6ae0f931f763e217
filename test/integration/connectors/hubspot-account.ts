import { expect } from 'vitest';
import {
  createHubspotConnector,
  createLocalPermits,
  type RecordWrite,
  type WriteOutcome,
} from '../../../src/connectors/index.js';
import { type ContactValues, emptyValues, newId } from '../../../src/domain/index.js';
import { SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { openHubspotCaller } from '../../support/hubspot-caller.js';
import { controlSandbox } from '../../support/sandbox-control.js';
import { settings } from '../../support/settings.js';

const redirectUri = 'http://localhost:4000/oauth/callback';
const codeVerifier = 'a-verifier-that-is-long-enough-for-the-standard-0';
const wide = { limit: 100_000, windowMs: 1_000 };
const { signal } = new AbortController();

export type HubspotAccount = Awaited<ReturnType<typeof openHubspotAccount>>;

/** A connected account of the sandbox: our writer and stream, and `crm`, somebody else at work in it. */
export async function openHubspotAccount(url: string, account: string) {
  const sandbox = controlSandbox(url);
  await sandbox.limits({ tenSecondly: null, searchPerSecond: null, daily: null });
  const { session, stream } = await connect(url, account);
  const writer = stream.writer!;
  return {
    writer,
    stream,
    session,
    crm: await openHubspotCaller(url, account),
    /** The outcomes in the order of the writes; each has one. */
    async write(...writes: RecordWrite[]): Promise<WriteOutcome[]> {
      const outcomes = await writer.write(session, writes, signal);
      expect(outcomes.map(({ id }) => id).sort()).toEqual(writes.map(({ id }) => id).sort());
      return writes.map(({ id }) => outcomes.find((outcome) => outcome.id === id)!);
    },
    async read(ids: readonly string[]) {
      const { records } = await stream.readById(session, ids, signal);
      return new Map(records.map((record) => [record.externalId, record]));
    },
    /** How many living contacts the CRM holds. */
    held: async () => (await sandbox.contacts(account)).length,
    callsTo: async (part: string) =>
      (await sandbox.calls(0, account)).filter(({ path }) => path.includes(part)).length,
    /** The next creation is carried out, and its answer breaks off. */
    loseAnswer: () =>
      sandbox.addFault(account, {
        ...{ truncate: true, times: 1 },
        path: '/crm/objects/2026-03/contacts/batch/create',
      }),
  };
}

async function connect(url: string, account: string) {
  const connector = createHubspotConnector({
    ...SANDBOX_CLIENT,
    appUrl: url,
    apiUrl: url,
    limits: { app: undefined, account: wide, search: wide },
    permits: createLocalPermits(),
  });
  const authorize = await connector.oauth.authorizationUrl({ state: 's', codeVerifier, redirectUri });
  authorize.searchParams.set('account', account);
  authorize.searchParams.set('approve', '1');
  const consent = await fetch(authorize, { redirect: 'manual' });
  const code = new URL(consent.headers.get('location')!).searchParams.get('code')!;
  const { tokens, account: owner } = await connector.oauth.exchange({ code, codeVerifier, redirectUri });
  const token = async () => tokens.accessToken;
  const session = connector.openSession({
    ...{ userId: account, accountId: owner.id, apiUrl: null, interactive: true },
    tokens: { current: token, renew: token },
  });
  return { session, stream: connector.streams(settings)[0]! };
}

export const person = (values: Partial<ContactValues>): ContactValues => ({ ...emptyValues, ...values });

export const creation = (values: Partial<ContactValues>) =>
  ({ kind: 'CREATE', id: newId(), values: person(values), sentAt: null }) as const;

/** The ids of what is done; of the others, what became of them. */
export function doneIds(outcomes: readonly WriteOutcome[]): string[] {
  return outcomes.map((outcome) => (outcome.kind === 'DONE' ? outcome.externalId : outcome.kind));
}
