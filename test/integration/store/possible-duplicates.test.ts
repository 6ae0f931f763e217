import { beforeAll, describe, expect, it } from 'vitest';
import { type ContactValues, emptyValues, newId } from '../../../src/domain/index.js';
import { openStoreFixture, type StoreFixture } from './store-fixture.js';

let fixture: StoreFixture;
let user: string;

beforeAll(async () => {
  fixture = await openStoreFixture();
});

/** A new user's contacts, in this order of age; answers with their ids. */
async function fill(...all: Partial<ContactValues>[]): Promise<string[]> {
  user = await fixture.store.users.findOrCreate(newId());
  const ids: string[] = [];
  for (const values of all)
    ids.push((await fixture.store.contacts.create(user, { ...emptyValues, ...values })).id);
  return ids;
}

const list = (limit = 50, cursor: string | null = null) =>
  fixture.store.contacts.listDuplicates(user, { limit, cursor, backward: false });

/** The pairs by the places of their contacts, with why. */
async function pairsOf(ids: readonly string[]) {
  const { edges } = await list();
  return edges.map(({ node }) => [...node.contactIds.map((id) => ids.indexOf(id)), node.reasons.join()]);
}

describe('possible duplicates', () => {
  it('are found by e-mail, by phone, and by alike names in alike companies, the likeliest first', async () => {
    const ids = await fill(
      { email: 'a@example.com', phone: '+493012345' },
      { firstName: 'Jon', lastName: 'Smith', company: 'Acme Inc' },
      { phone: '+493012345' },
      { firstName: 'John', lastName: 'SMITH', company: 'Acme' },
      { firstName: 'Katherine', lastName: 'Jones', company: 'Müller GmbH', phone: '+493099999' },
      { firstName: 'Katherine', lastName: 'Jonas', company: 'MÜLLER GmbH', phone: '+493099999' },
      { email: 'a@example.com' },
    );
    expect(await pairsOf(ids)).toEqual([
      [0, 6, 'EMAIL'],
      [4, 5, 'PHONE,NAME_AND_COMPANY'],
      [0, 2, 'PHONE'],
      [1, 3, 'NAME_AND_COMPANY'],
    ]);
    for (const { node } of (await list()).edges) {
      expect(node.score).toBeGreaterThan(0.3);
      expect(node.score).toBeLessThan(1);
    }
  });

  it('are not what differs, what has no company, or what everybody shares', async () => {
    const name = { firstName: 'Anna', lastName: 'Smith' };
    await fill(
      ...[{ ...name }, { ...name }],
      ...[
        { ...name, company: 'Acme' },
        { ...name, company: 'Globex' },
      ],
      ...[{ firstName: 'Bob', lastName: 'Stone', company: 'Acme' }],
      ...[{ phone: 'n/a' }, { phone: 'n/a' }],
      ...Array.from({ length: 11 }, (_, n) => ({ lastName: `Colleague ${n}`, phone: '+493055555' })),
    );
    expect(await list()).toMatchObject({ edges: [], total: 0 });
  });

  it('join a group by its oldest contact, so that to merge them all takes the fewest steps', async () => {
    const ids = await fill(...['a', 'b', 'c'].map((firstName) => ({ firstName, email: 'same@example.com' })));
    expect(await pairsOf(ids)).toEqual([
      [0, 1, 'EMAIL'],
      [0, 2, 'EMAIL'],
    ]);
  });

  it('are paged without loss or repeat, and leave with the contacts that are deleted or merged', async () => {
    const ids = await fill(...Array.from({ length: 10 }, (_, n) => ({ email: `${n >> 1}@example.com` })));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await list(2, cursor);
      expect(page.total).toBe(5);
      seen.push(...page.edges.map(({ node }) => node.id));
      cursor = page.hasNextPage ? page.edges.at(-1)!.cursor : null;
    } while (cursor);
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
    await fixture.store.contacts.remove(user, [ids[0]!]);
    await fixture.store.contacts.merge(user, ids[2]!, [ids[3]!]);
    expect(await list()).toMatchObject({ total: 3 });
  });

  it("refuse another list's cursor", async () => {
    await fill({ email: 'a@example.com' });
    for (const cursor of ['nonsense', Buffer.from('["duplicates","1",2]').toString('base64url')])
      await expect(list(2, cursor)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
  });

  it('are those of their user alone', async () => {
    await fill({ email: 'shared@example.com' });
    await fill({ email: 'shared@example.com' });
    expect(await list()).toMatchObject({ total: 0 });
  });
});
