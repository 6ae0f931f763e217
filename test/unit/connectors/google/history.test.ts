import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchMax } from '../../../../src/connectors/google/calls.js';
import { createContactsStream } from '../../../../src/connectors/google/contacts.stream.js';
import { readsRule, writesRule } from '../../../../src/connectors/google/limits.js';
import { AppError, type Cursor, type Page } from '../../../../src/domain/index.js';
import { FakeGoogle } from './fake-google.js';

const stream = createContactsStream({
  ruleOf: (accountId) => readsRule(accountId, 90),
  writesRuleOf: (accountId) => writesRule(accountId, 90),
  showsWritesAfterMs: 120_000,
});
const signal = new AbortController().signal;

/** What a reader holds: by name the given name that it last read. It goes on from page to page as the engine does. */
class Reader {
  readonly held = new Map<string, string | null>();
  #cursor: Cursor | undefined;
  #met: Set<string> | null = new Set();

  constructor(private readonly crm: FakeGoogle) {}

  /** Reads to the end of this reading, every page from a stored cursor where it is paused. */
  async read(isPaused: boolean): Promise<void> {
    for (let last = false; !last; ) {
      try {
        for await (const page of stream.read(this.crm.session, this.#cursor, signal)) {
          this.#take(page);
          this.#cursor = JSON.parse(JSON.stringify(page.cursor));
          last = page.last;
          if (isPaused) break;
        }
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'CURSOR_EXPIRED') throw error;
        this.renew();
      }
    }
    await this.#askForTheRest();
  }

  /** Begins anew, as is due every few days. */
  renew(): void {
    this.#cursor = undefined;
    this.#met = new Set();
  }

  /** What a whole reading did not meet is asked for by its name. */
  async #askForTheRest(): Promise<void> {
    const met = this.#met;
    this.#met = null;
    if (!met) return;
    const suspects = [...this.held.keys()].filter((name) => !met.has(name));
    for (let i = 0; i < suspects.length; i += batchMax)
      this.#take(await stream.readById(this.crm.session, suspects.slice(i, i + batchMax), signal));
  }

  #take({ records, tombstones, faults }: Pick<Page, 'records' | 'tombstones' | 'faults'>): void {
    expect(faults).toEqual([]);
    for (const { externalId, values, replaces } of records) {
      for (const name of replaces) this.held.delete(name);
      this.held.set(externalId, values.firstName);
      this.#met?.add(externalId);
    }
    for (const { externalId } of tombstones) this.held.delete(externalId);
  }
}

const person = fc.nat({ max: 24 });
const edit = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), person }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), person }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('merge' as const),
      person,
      other: person,
      into: fc.nat(2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lag' as const), lag: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function apply(crm: FakeGoogle, it: Edit, number: number, isTold: boolean): void {
  if (it.kind === 'lag') crm.lag = it.lag;
  else if (it.kind === 'expire') crm.expirePages();
  else if (it.kind === 'merge') merge(crm, it, number, isTold);
  else if (it.kind === 'put') put(crm, `c${it.person}`, `v${number}`);
  else if (isLive(crm, it.person)) crm.delete(`c${it.person}`);
}

/** Creates, changes or restores; a name that a merge ended is never given to another. */
function put(crm: FakeGoogle, id: string, givenName: string): void {
  if (!crm.ended.has(id)) crm.put(id, { names: [{ givenName }] });
}

function merge(crm: FakeGoogle, it: Extract<Edit, { kind: 'merge' }>, number: number, isTold: boolean): void {
  if (it.person === it.other || !isLive(crm, it.person) || !isLive(crm, it.other)) return;
  const parts = [`c${it.person}`, `c${it.other}`];
  crm.merge(parts, parts[it.into] ?? `m${number}`, isTold);
}

function isLive(crm: FakeGoogle, id: number): boolean {
  return crm.persons.get(`people/c${id}`)?.deleted === false;
}

it('whatever happens while it reads, wherever it is interrupted: what is read is what is there', async () => {
  const model = fc.record({
    count: fc.nat(25),
    pageMax: fc.integer({ min: 1, max: 9 }),
    edits: fc.array(fc.array(edit, { maxLength: 4 }), { maxLength: 12 }),
    isPaused: fc.boolean(),
    /** Whether syncs tell a name that a merge ended as deleted, beside what its survivor says. */
    isTold: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(model, async ({ count, pageMax, edits, isPaused, isTold }) => {
      const crm = new FakeGoogle();
      crm.pageMax = pageMax;
      for (let i = 0; i < count; i++) crm.put(`c${i}`, { names: [{ givenName: `v${i}` }] });
      const pending = edits.values();
      let number = 100;
      crm.afterCall = () => {
        for (const it of pending.next().value ?? []) apply(crm, it, number++, isTold);
      };
      const reader = new Reader(crm);
      for (let isQuiet = false; !isQuiet; ) {
        await reader.read(isPaused);
        isQuiet = pending.next().done === true;
      }
      crm.lag = 0;
      await reader.read(isPaused);
      const there = crm.live().map(({ resourceName, fields }) => {
        const [name] = fields.names as { givenName: string }[];
        return [resourceName, name!.givenName];
      });
      expect([...reader.held].sort()).toEqual(there.sort());
    }),
    { numRuns: 300, endOnFailure: true },
  );
});
