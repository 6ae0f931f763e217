import { beforeEach, describe, expect, it } from 'vitest';
import {
  createGoogleConnector,
  createLocalPermits,
  type RecordWrite,
  type Session,
  type WriteOutcome,
} from '../../../src/connectors/index.js';
import {
  type ContactField,
  type ContactValues,
  emptyValues,
  newId,
  type SourceRecord,
} from '../../../src/domain/index.js';
import { openSandboxes, SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { controlSandbox } from '../../support/sandbox-control.js';
import { settings } from '../../support/settings.js';
import { type RawPerson, valuesOfPerson } from './google-person.js';

const signal = new AbortController().signal;
const sandboxes = await openSandboxes({ port: 0, contacts: 0, seed: 7 });
closeAfterFile(() => sandboxes.close());
const url = sandboxes.googleUrl;
const sandbox = controlSandbox(url);
const hourMs = 3_600_000;
const showsWritesAfterMs = 60_000;

let account = '';
let accounts = 0;
beforeEach(async () => {
  account = `writer-${++accounts}`;
  const off = { readsPerMinute: null, writesPerMinute: null, fullSyncsPerMinute: null };
  await sandbox.limits({ ...off, visibleAfterMs: 0 });
});

async function connect(options: { writesPerMinute?: number } = {}) {
  const urls = { loginUrl: url, oauthUrl: url, apiUrl: url };
  const limits = { readsPerMinute: 10_000, writesPerMinute: 10_000, showsWritesAfterMs, ...options };
  const permits = createLocalPermits();
  const connector = createGoogleConnector({ ...SANDBOX_CLIENT, ...urls, ...limits, permits });
  const redirectUri = 'http://localhost:4000/oauth/callback';
  const codeVerifier = 'a-verifier-that-is-long-enough-for-the-standard-0';
  const authorize = await connector.oauth.authorizationUrl({ state: 's', codeVerifier, redirectUri });
  for (const [name, value] of Object.entries({ account, approve: '1' }))
    authorize.searchParams.set(name, value);
  const { headers } = await fetch(authorize, { redirect: 'manual' });
  const code = new URL(headers.get('location')!).searchParams.get('code')!;
  const { tokens, account: named } = await connector.oauth.exchange({ code, codeVerifier, redirectUri });
  const token = async () => tokens.accessToken;
  const owner = { userId: account, accountId: named.id, apiUrl: null, interactive: true };
  const session = connector.openSession({ ...owner, tokens: { current: token, renew: token } });
  const stream = connector.streams(settings)[0]!;
  const send = async (writes: readonly RecordWrite[], over: typeof session = session) => {
    const outcomes = await stream.writer!.write(over, writes, signal);
    expect(outcomes.map(({ id }) => id).sort()).toEqual(writes.map(({ id }) => id).sort());
    return new Map(outcomes.map((it) => [it.id, it]));
  };
  const pull = async () => {
    const records: SourceRecord[] = [];
    for await (const page of stream.read(session, undefined, signal)) records.push(...page.records);
    return records;
  };
  return { session, stream, send, pull };
}
type Connected = Awaited<ReturnType<typeof connect>>;

async function livePersons(): Promise<RawPerson[]> {
  const persons = await sandbox.allContacts<RawPerson>(account);
  return persons.filter(({ metadata }) => !metadata.deleted);
}

async function callsOf(method: string): Promise<number> {
  const calls = await sandbox.calls(0, account);
  return calls.filter(({ path }) => path.endsWith(`/people:${method}`)).length;
}

const valuesOf = (n: number): ContactValues => ({
  firstName: `First${n}`,
  lastName: `Last${n}`,
  email: n % 5 === 0 ? null : `person${n}@example.com`,
  phone: n % 3 === 0 ? null : `+1202555${String(1_000 + n)}`,
  company: n % 4 === 0 ? null : `Company ${n}`,
  title: n % 2 === 0 ? null : 'Engineer',
});
const creation = (values: ContactValues, sentAt: Date | null = null) =>
  ({ kind: 'CREATE', id: newId(), values, sentAt }) as const;
const creations = (count: number) => Array.from({ length: count }, (_, n) => creation(valuesOf(n)));
const update = (externalId: string, values: ContactValues, changed: readonly ContactField[]) =>
  ({ kind: 'UPDATE', id: newId(), externalId, values, changed }) as const;
const deletion = (externalId: string) => ({ kind: 'DELETE', id: newId(), externalId }) as const;
const sentAgain = (writes: readonly ReturnType<typeof creation>[], ageMs: number) =>
  writes.map((it) => ({ ...it, sentAt: new Date(Date.now() - ageMs) }));

function done(outcome: WriteOutcome | undefined): Extract<WriteOutcome, { kind: 'DONE' }> {
  if (outcome?.kind !== 'DONE') throw new Error(JSON.stringify(outcome));
  return outcome;
}

/** Writes as many at once as the writer takes. */
async function sendAll({ send, stream }: Connected, writes: readonly RecordWrite[]) {
  const most = stream.writer!.most[writes[0]!.kind];
  const outcomes: WriteOutcome[] = [];
  for (let from = 0; from < writes.length; from += most)
    outcomes.push(...(await send(writes.slice(from, from + most))).values());
  return new Map(outcomes.map((it) => [it.id, it]));
}

/** Of each answer: it says what Google holds, and a pull reads the same. */
async function expectTold({ pull }: Connected, outcomes: ReadonlyMap<string, WriteOutcome>) {
  const persons = new Map((await livePersons()).map((it) => [it.resourceName, valuesOfPerson(it)]));
  const pulled = new Map((await pull()).map((it) => [it.externalId, it]));
  for (const outcome of outcomes.values()) {
    const { externalId, record } = done(outcome);
    expect(record?.values).toEqual(persons.get(externalId));
    expect(record).toEqual(pulled.get(externalId));
  }
}

async function created(it: Connected, count: number) {
  const writes = creations(count);
  const outcomes = await sendAll(it, writes);
  return writes.map(({ id, values }) => ({ name: done(outcomes.get(id)).externalId, values, id }));
}

describe('new contacts', () => {
  it('are made, 200 a call, each once and with the marker of its write', async () => {
    const it = await connect();
    const writes = creations(450);
    const outcomes = await sendAll(it, writes);
    expect((await livePersons()).length).toBe(450);
    await expectTold(it, outcomes);
    for (const { id, values } of writes)
      expect(done(outcomes.get(id)).record).toMatchObject({ values, marker: id });
    expect(await callsOf('batchCreateContacts')).toBe(3);
    expect(await callsOf('batchGet')).toBe(0);
  });

  it('that are wrong are refused by the name of their field, and keep no other from it', async () => {
    const it = await connect();
    const long = creation({ ...emptyValues, lastName: 'x'.repeat(1_100) });
    const job = creation({ ...emptyValues, email: 'a@example.com', title: 'x'.repeat(1_100) });
    const good = creations(50);
    const outcomes = await it.send([...good.slice(0, 20), long, ...good.slice(20), job]);
    for (const { id, values } of good) expect(done(outcomes.get(id)).record?.values).toEqual(values);
    for (const [{ id }, field] of [
      [long, 'lastName'],
      [job, 'title'],
    ] as const) {
      const outcome = outcomes.get(id);
      expect(outcome).toMatchObject({ kind: 'REFUSED', fault: { code: 'INVALID_RECORD', retryable: false } });
      expect(JSON.stringify(outcome)).toContain(field);
      expect(JSON.stringify(outcome)).not.toContain('xx');
    }
    expect((await livePersons()).length).toBe(50);
    expect(await callsOf('batchCreateContacts')).toBe(2);
  });

  it('whose answer was cut off are found by their markers, and not made again', async () => {
    const it = await connect();
    await created(it, 30);
    await sandbox.addFault(account, { truncate: true, times: 1, path: '/v1/people:batchCreateContacts' });
    const writes = creations(150);
    await expect(it.send(writes)).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
    expect((await livePersons()).length).toBe(180);
    const outcomes = await it.send(sentAgain(writes, 1_000));
    expect((await livePersons()).length).toBe(180);
    await expectTold(it, outcomes);
    for (const { id } of writes) expect(done(outcomes.get(id)).record?.marker).toBe(id);
    expect(await callsOf('batchCreateContacts')).toBe(2);
  });

  it('that Google may yet show are waited for', async () => {
    const it = await connect();
    await sandbox.limits({ visibleAfterMs: hourMs });
    await sandbox.addFault(account, { truncate: true, times: 1, path: '/v1/people:batchCreateContacts' });
    const writes = creations(3);
    await expect(it.send(writes)).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
    for (const outcome of (await it.send(sentAgain(writes, 20_000))).values()) {
      expect(outcome.kind).toBe('UNSURE');
      const { afterMs } = outcome as Extract<WriteOutcome, { kind: 'UNSURE' }>;
      expect(afterMs).toBeGreaterThan(30_000);
      expect(afterMs).toBeLessThanOrEqual(showsWritesAfterMs - 20_000);
    }
    await sandbox.limits({ visibleAfterMs: 0 });
    const outcomes = await it.send(sentAgain(writes, 20_000));
    expect([...outcomes.values()].map(({ kind }) => kind)).toEqual(['DONE', 'DONE', 'DONE']);
    expect((await livePersons()).length).toBe(3);
  });

  it('that never arrived are made once Google would have shown them', async () => {
    const it = await connect();
    await sandbox.addFault(account, { status: 503, times: 1, path: '/v1/people:batchCreateContacts' });
    const writes = creations(3);
    await expect(it.send(writes)).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
    const mixed = [...sentAgain(writes, showsWritesAfterMs), ...creations(2)];
    await expectTold(it, await it.send(mixed));
    expect((await livePersons()).length).toBe(5);
  });

  it('are found among thousands that changed since, without reading them all where they are older', async () => {
    const it = await connect();
    const [first] = await created(it, 2_100);
    await sandbox.touch(account, { change: 2_000 });
    const again = { kind: 'CREATE', id: first!.id, values: first!.values, sentAt: new Date() } as const;
    expect(done((await it.send([again])).get(first!.id)).externalId).toBe(first!.name);
    const unknown = creation(valuesOf(1), new Date(Date.now() + hourMs));
    const before = (await sandbox.calls(0, account)).length;
    expect((await it.send([unknown])).get(unknown.id)?.kind).toBe('UNSURE');
    expect((await sandbox.calls(0, account)).length).toBe(before + 1);
  }, 30_000);
});

describe('changes', () => {
  it('are written 170 a call, and a pull reads what was written', async () => {
    const it = await connect();
    const made = await created(it, 450);
    const wanted = made.map(({ name, values }, n) => {
      const next = { ...values, firstName: `New${n}`, ...(n % 2 === 0 && { email: `new${n}@example.com` }) };
      return update(name, next, n % 2 === 0 ? ['firstName', 'email'] : ['firstName']);
    });
    const outcomes = await sendAll(it, wanted);
    await expectTold(it, outcomes);
    for (const { id, values } of wanted) expect(done(outcomes.get(id)).record?.values).toEqual(values);
    expect([await callsOf('batchGet'), await callsOf('batchUpdateContacts')]).toEqual([3, 3]);
    const again = await sendAll(it, wanted);
    for (const { id, values } of wanted) expect(done(again.get(id)).record?.values).toEqual(values);
    expect(await callsOf('batchUpdateContacts')).toBe(3);
  });

  it('take what a person has beside our values with them', async () => {
    const it = await connect();
    await sandbox.touch(account, { add: 150 });
    const before = new Map((await livePersons()).map((person) => [person.resourceName, person]));
    const wanted = [...before].map(([name, person], n) => {
      const values = { ...valuesOfPerson(person), email: `new${n}@example.com`, title: `Title ${n}` };
      return update(name, values, ['email', 'title']);
    });
    const outcomes = await sendAll(it, wanted);
    await expectTold(it, outcomes);
    for (const { id, values } of wanted) expect(done(outcomes.get(id)).record?.values).toEqual(values);
    const besides = (person: RawPerson) => [
      (person.emailAddresses ?? []).length,
      person.phoneNumbers?.map(({ value, type }) => [value, type]),
      person.names?.map(({ metadata, ...name }) => name),
    ];
    let several = 0;
    for (const person of await livePersons()) {
      const was = before.get(person.resourceName)!;
      const [count, ...rest] = besides(was);
      expect(besides(person)).toEqual([Math.max(1, count as number), ...rest]);
      if ((count as number) > 1) several++;
    }
    expect(several).toBeGreaterThan(0);
  });

  it('tell the forms that Google gives to numbers, and the entry that shows itself', async () => {
    const it = await connect();
    const [one] = await created(it, 2);
    const domestic = update(one!.name, { ...one!.values, phone: '(202) 555-0112' }, ['phone']);
    const outcome = done((await it.send([domestic])).get(domestic.id));
    expect(outcome.record?.values.phone).toBe('+12025550112');
    const cleared = update(one!.name, emptyValues, ['email', 'phone', 'company', 'title']);
    const bare = done((await it.send([cleared])).get(cleared.id)).record?.values;
    expect(bare).toEqual({ ...emptyValues, firstName: 'First0', lastName: 'Last0' });
  });

  it('of the gone and the merged are told apart, and keep no other from it', async () => {
    const it = await connect();
    const made = await created(it, 40);
    const { archived, merged } = await sandbox.touch(account, { archive: 10, merge: 5 });
    const losers = merged.flatMap(({ ids, survivor }) => ids.filter((id) => id !== survivor));
    const wanted = made.map(({ name, values }) => update(name, { ...values, lastName: 'New' }, ['lastName']));
    const outcomes = await it.send(wanted);
    const kinds = { GONE: archived, STALE: losers } as const;
    for (const [kind, names] of Object.entries(kinds)) {
      const told = wanted.filter(({ id }) => outcomes.get(id)?.kind === kind);
      expect(told.map(({ externalId }) => externalId).sort()).toEqual([...names].sort());
    }
    const written = [...outcomes.values()].filter(({ kind }) => kind === 'DONE');
    expect(written.length).toBe(40 - archived.length - losers.length);
    for (const outcome of written) expect(done(outcome).record?.values.lastName).toBe('New');
  });

  it('that meet another one are made upon it; those that meet it again are STALE', async () => {
    const it = await connect();
    const made = await created(it, 20);
    const wanted = made.map(({ name, values }) =>
      update(name, { ...values, email: 'e@x.example' }, ['email']),
    );
    let meetings = 1;
    const met = meddled(it.session, async () => {
      if (meetings-- > 0) await sandbox.touch(account, { change: 15 });
    });
    await expectTold(it, await it.send(wanted, met));
    const again = wanted.map((write) => ({ ...write, values: { ...write.values, email: 'f@x.example' } }));
    meetings = 2;
    const kinds = [...(await it.send(again, met)).values()].map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'STALE').length).toBeGreaterThan(0);
    expect(kinds.every((kind) => kind === 'STALE' || kind === 'DONE')).toBe(true);
    const written = (await livePersons()).filter((it) => valuesOfPerson(it).email === 'f@x.example');
    expect(written.length).toBe(kinds.filter((kind) => kind === 'DONE').length);
  });

  it('that vanish between the look and the write are GONE', async () => {
    const it = await connect();
    const made = await created(it, 5);
    const wanted = made.map(({ name }) => update(name, { ...emptyValues, lastName: 'N' }, ['lastName']));
    let archived: readonly string[] = [];
    const met = meddled(it.session, async () => {
      if (archived.length === 0) ({ archived } = await sandbox.touch(account, { archive: 2 }));
    });
    const outcomes = await it.send(wanted, met);
    for (const { id, externalId } of wanted)
      expect(outcomes.get(id)?.kind).toBe(archived.includes(externalId) ? 'GONE' : 'DONE');
  });
});

/** A session where something happens after each look at persons, before they are written. */
function meddled<S extends Session>(session: S, meddle: () => Promise<void>): S {
  const { call } = session as S & { call(request: { path: string }, signal: AbortSignal): unknown };
  return Object.assign(Object.create(session), {
    call: async (request: { path: string }, until: AbortSignal) => {
      const reply = await call(request, until);
      if (request.path.endsWith(':batchGet')) await meddle();
      return reply;
    },
  });
}

describe('deletions', () => {
  it('are carried out 500 a call; who is gone already is gone', async () => {
    const it = await connect();
    const made = await created(it, 450);
    await sandbox.touch(account, { archive: 50 });
    const outcomes = await sendAll(
      it,
      made.map(({ name }) => deletion(name)),
    );
    expect([...outcomes.values()].every(({ kind }) => kind === 'DONE')).toBe(true);
    expect(await livePersons()).toEqual([]);
    expect([await callsOf('batchDeleteContacts'), await callsOf('batchGet')]).toEqual([1, 3]);
  });

  it('leave alone the person into whom one was merged', async () => {
    const it = await connect();
    await created(it, 2);
    const { merged } = await sandbox.touch(account, { merge: 1 });
    const [{ ids, survivor }] = merged as [(typeof merged)[number]];
    const write = deletion(ids.find((id) => id !== survivor)!);
    expect((await it.send([write])).get(write.id)?.kind).toBe('STALE');
    expect((await livePersons()).map(({ resourceName }) => resourceName)).toEqual([survivor]);
  });

  it('that meet another one go on without it', async () => {
    const it = await connect();
    const made = await created(it, 20);
    let archived: readonly string[] = [];
    const met = meddled(it.session, async () => {
      if (archived.length === 0) ({ archived } = await sandbox.touch(account, { archive: 1 }));
    });
    const outcomes = await it.send(
      made.map(({ name }) => deletion(name)),
      met,
    );
    expect([...outcomes.values()].every(({ kind }) => kind === 'DONE')).toBe(true);
    expect(await livePersons()).toEqual([]);
  });
});

describe('the limit of writes', () => {
  it('is never met, and a wait longer than the patience is handed back', async () => {
    await sandbox.limits({ writesPerMinute: 2 });
    const it = await connect({ writesPerMinute: 2 });
    await it.send(creations(1));
    await it.send(creations(1));
    const failure = await it.send(creations(1)).catch((error) => error);
    expect(failure).toMatchObject({ code: 'RATE_LIMITED' });
    expect(failure.retry.afterMs).toBeGreaterThan(2_000);
    expect(await callsOf('batchCreateContacts')).toBe(2);
    expect((await it.pull()).length).toBe(2);
  });

  it('that was met after all is RATE_LIMITED, and nothing was written', async () => {
    const it = await connect();
    await sandbox.limits({ writesPerMinute: 0 });
    await expect(it.send(creations(1))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await livePersons()).toEqual([]);
  });
});
