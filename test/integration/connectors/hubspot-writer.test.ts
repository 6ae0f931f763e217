import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RecordWrite, WriteOutcome } from '../../../src/connectors/index.js';
import { newId } from '../../../src/domain/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { creation, doneIds, type HubspotAccount, openHubspotAccount, person } from './hubspot-account.js';

const sandboxes = await openSandboxes({ port: 0, contacts: 5, seed: 11 });
closeAfterFile(() => sandboxes.close());
let account: HubspotAccount;
let accounts = 0;

beforeEach(async () => {
  account = await openHubspotAccount(sandboxes.hubspotUrl, `writer-${++accounts}`);
});

describe('writing 250 contacts', () => {
  it('makes, changes and deletes them, each in one call per hundred', async () => {
    const all = Array.from({ length: 250 }, (_, i) =>
      creation({ email: `p${i}@x.example`, firstName: `P${i}` }),
    );
    const chunks = <T>(list: readonly T[]) => [list.slice(0, 100), list.slice(100, 200), list.slice(200)];
    const ids: string[] = [];
    for (const chunk of chunks(all)) ids.push(...doneIds(await account.write(...chunk)));
    expect(new Set(ids).size).toBe(250);
    expect(await account.callsTo('/batch/create')).toBe(3);

    await account.crm.update(ids[7]!, { company: 'Theirs', firstname: 'Theirs too' });
    const updates = ids.map((externalId, i): RecordWrite => {
      const values = person({
        firstName: null,
        lastName: `L${i}`,
        email: `p${i}@x.example`,
        company: 'Ours',
      });
      return { kind: 'UPDATE', id: newId(), externalId, values, changed: ['firstName', 'lastName'] };
    });
    for (const chunk of chunks(updates))
      for (const outcome of await account.write(...chunk))
        expect(outcome).toMatchObject({ kind: 'DONE', at: expect.any(Date) });
    expect(await account.callsTo('/batch/update')).toBe(3);
    const now = await account.read(ids.slice(0, 100));
    // What was not sent stays as the CRM has it.
    expect(now.get(ids[7]!)?.values).toEqual(
      person({ lastName: 'L7', email: 'p7@x.example', company: 'Theirs' }),
    );
    expect(now.get(ids[8]!)?.values).toEqual(person({ lastName: 'L8', email: 'p8@x.example' }));

    await account.crm.archive(ids[3]!);
    for (const chunk of chunks(ids)) {
      const deletions = chunk.map((externalId) => ({ kind: 'DELETE', id: newId(), externalId }) as const);
      expect(doneIds(await account.write(...deletions))).toEqual(chunk);
    }
    expect(await account.callsTo('/batch/archive')).toBe(3);
    expect(await account.held()).toBe(5);
  });

  it('tells of a creation the address and the time that a reading tells', async () => {
    const [outcome] = await account.write(creation({ email: 'a@x.example', title: 'Dr.' }));
    if (outcome?.kind !== 'DONE') throw new Error(`not made: ${outcome?.kind}`);
    const read = await account.read([outcome.externalId]);
    const { url, updatedAt } = read.get(outcome.externalId)!;
    expect(outcome).toMatchObject({ url, at: updatedAt });
  });
});

describe('a record that HubSpot does not take', () => {
  it('keeps no other from it, and its fault names the field and nothing of its value', async () => {
    const bad = creation({ email: 'secret at x', lastName: 'Bad' });
    const outcomes = await account.write(creation({ firstName: 'A' }), bad, creation({ firstName: 'B' }));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['DONE', 'REFUSED', 'DONE']);
    expect(outcomes[1]).toEqual({
      id: bad.id,
      kind: 'REFUSED',
      fault: {
        code: 'INVALID_RECORD',
        message: 'HubSpot does not accept the e-mail address (INVALID_EMAIL). Correct it, then sync again.',
        retryable: false,
      },
    });
    expect(await account.callsTo('/batch/create')).toBe(1);
  });

  it('without a name and an address is not even sent', async () => {
    const [outcome] = await account.write(creation({ company: 'X' }));
    expect(outcome).toMatchObject({ kind: 'REFUSED', fault: { code: 'INVALID_RECORD' } });
    expect(await account.callsTo('/batch')).toBe(0);
  });

  it('because of another one with its address is told with that one’s id', async () => {
    const theirs = await account.crm.create({ email: 'taken@x.example', firstname: 'Theirs' });
    const twins = [creation({ email: 'twin@x.example' }), creation({ email: 'twin@x.example', phone: '1' })];
    const [taken, first, second] = await account.write(
      creation({ email: 'taken@x.example', firstName: 'Ours' }),
      ...twins,
    );
    expect(taken).toMatchObject({ kind: 'EXISTS', externalId: theirs });
    expect(first?.kind).toBe('DONE');
    expect(second).toMatchObject({ kind: 'EXISTS', externalId: doneIds([first!])[0] });
    expect((await account.read([theirs])).get(theirs)!.values.firstName).toBe('Theirs');

    const [moved] = await account.write({
      ...{ kind: 'UPDATE', id: newId(), externalId: doneIds([first!])[0]! },
      ...{ values: person({ email: 'taken@x.example' }), changed: ['email'] },
    });
    expect(moved).toMatchObject({ kind: 'REFUSED', fault: { code: 'CONFLICT' } });
  });

  it('has gone, or into another: the others are written', async () => {
    const made = await account.write(...['A', 'B', 'C'].map((firstName) => creation({ firstName })));
    const [a, b, c] = doneIds(made) as [string, string, string];
    await account.crm.archive(a);
    await account.crm.merge(b, c);
    const [fresh] = doneIds(await account.write(creation({ firstName: 'D' })));
    const change = (externalId: string): RecordWrite => {
      const values = person({ firstName: 'New' });
      return { kind: 'UPDATE', id: newId(), externalId, values, changed: ['firstName'] };
    };
    const outcomes = await account.write(
      change(a),
      change(b),
      change(c),
      change('999999999'),
      change(fresh!),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['GONE', 'STALE', 'STALE', 'GONE', 'DONE']);
  });
});

describe('a creation whose answer was lost', () => {
  const lose = async (write: () => Promise<unknown>) => {
    await account.loseAnswer();
    await expect(write()).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
  };

  it('makes no second record with an e-mail, and overwrites nobody else', async () => {
    const theirs = await account.crm.create({ email: 'theirs@x.example', firstname: 'Theirs' });
    const sentAt = new Date();
    const ours = creation({ email: 'ours@x.example', firstName: 'Ours' });
    const other = creation({ email: 'theirs@x.example', firstName: 'Ours' });
    await lose(() => account.write(ours, other));
    const before = await account.held();
    const unsent = { ...creation({ email: 'unsent@x.example' }), sentAt };
    const [again, exists, made] = await account.write({ ...ours, sentAt }, { ...other, sentAt }, unsent);
    expect(again).toMatchObject({ kind: 'DONE', externalId: expect.any(String) });
    const { externalId: found } = again as { externalId: string };
    expect((await account.read([found])).get(found)).toMatchObject({ values: ours.values });
    expect(exists).toMatchObject({ kind: 'EXISTS', externalId: theirs });
    expect(made?.kind).toBe('DONE');
    expect(await account.held()).toBe(before + 1);
    expect((await account.read([theirs])).get(theirs)!.values.firstName).toBe('Theirs');
  });

  it('makes no second record without one: it is looked for, once the search would show it', async () => {
    const sentAt = new Date();
    const twins = [creation({ lastName: 'Twin' }), creation({ lastName: 'Twin' })];
    const named = Array.from({ length: 210 }, (_, i) => creation({ lastName: `L${i}`, phone: '+4930123' }));
    await account.write(...named.slice(0, 100));
    await account.write(...named.slice(100, 200));
    await lose(() => account.write(...twins, ...named.slice(200)));
    const before = await account.held();
    const retry = [...twins, ...named.slice(200), creation({ lastName: 'Unsent' })];
    let outcomes: WriteOutcome[] = [];
    for (;;) {
      outcomes = await account.write(...retry.map((it) => ({ ...it, sentAt })));
      const [unsure] = outcomes.filter((outcome) => outcome.kind === 'UNSURE');
      if (!unsure) break;
      expect(await account.held()).toBe(before);
      await sleep(unsure.afterMs);
    }
    expect(new Set(doneIds(outcomes)).size).toBe(13);
    expect(await account.held()).toBe(before + 1);
  });
});
