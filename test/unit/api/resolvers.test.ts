import { describe, expect, test, vi } from 'vitest';
import type { Commands } from '../../../src/commands/index.js';
import type { CrmStatus } from '../../../src/domain/index.js';
import { ask } from './ask.js';
import { fakeConflict, fakeContact, fakeIntegration, fakeRun } from './fake-commands.js';

const threeContacts = {
  edges: ['a', 'b', 'c'].map((id) => ({ node: fakeContact(id), cursor: `at-${id}` })),
  hasNextPage: true,
  hasPreviousPage: false,
};

function statusOf(contactId: string): CrmStatus {
  return {
    contactId,
    platform: 'SALESFORCE',
    externalId: `sf-${contactId}`,
    recordType: 'Lead',
    url: null,
    state: 'SYNCED',
    direction: 'PULL',
    lastSyncedAt: null,
    error: null,
  };
}

describe('contacts', () => {
  test('asks once for the CRM status of a whole page, and never counts what is not selected', async () => {
    const listCrmStatus = vi.fn(async (_user: string, ids: readonly string[]) =>
      ids.map((id) => [statusOf(id)]),
    );
    const listContacts = vi.fn(async () => threeContacts);
    const data = await ask(
      { listContacts, listCrmStatus },
      `{ contacts(first: 3, after: "x", filter: { search: "ann", source: [API] }, orderBy: { field: NAME }) {
          nodes { id email badge crmStatus { externalId } } edges { cursor node { id } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    );
    expect(listCrmStatus.mock.calls).toEqual([['alice', ['a', 'b', 'c']]]);
    expect(listContacts).toHaveBeenCalledWith('alice', {
      page: { first: 3, after: 'x', last: undefined, before: undefined },
      filter: { search: 'ann', source: ['API'] },
      orderBy: { field: 'NAME', direction: 'DESC' },
    });
    expect(data).toMatchObject({
      contacts: {
        nodes: [
          { id: 'a', email: 'not really an address', badge: 'H', crmStatus: [{ externalId: 'sf-a' }] },
          { id: 'b' },
          { id: 'c' },
        ],
        edges: [{ cursor: 'at-a', node: { id: 'a' } }, { cursor: 'at-b' }, { cursor: 'at-c' }],
        pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: 'at-a', endCursor: 'at-c' },
      },
    });
  });

  test('merges what is asked, and shows possible duplicates with both their contacts', async () => {
    const mergeContacts = vi.fn(async () => fakeContact('a'));
    const merged = await ask(
      { mergeContacts },
      'mutation { mergeContacts(winnerId: "a", loserIds: ["b", "c"]) { contact { id } } }',
    );
    expect(merged).toEqual({ mergeContacts: { contact: { id: 'a' } } });
    expect(mergeContacts).toHaveBeenCalledWith('alice', 'a', ['b', 'c']);
    const pair = { contactIds: ['a', 'b'], contacts: [fakeContact('a'), fakeContact('b')] } as const;
    const node = { ...pair, id: 'a:b', score: 0.97, reasons: ['EMAIL', 'NAME_AND_COMPANY'] } as const;
    const page = { edges: [{ node, cursor: 'at-a:b' }], hasNextPage: true, hasPreviousPage: false, total: 9 };
    const listPossibleDuplicates = vi.fn(async () => page);
    const { possibleDuplicates } = (await ask(
      { listPossibleDuplicates },
      `{ possibleDuplicates(after: "x") { totalCount pageInfo { hasNextPage endCursor }
          nodes { id score reasons contacts { id } } } }`,
    )) as { possibleDuplicates: unknown };
    expect(listPossibleDuplicates).toHaveBeenCalledWith('alice', { first: 50, after: 'x' });
    expect(possibleDuplicates).toEqual({
      totalCount: 9,
      pageInfo: { hasNextPage: true, endCursor: 'at-a:b' },
      nodes: [{ ...{ id: 'a:b', score: 0.97, reasons: node.reasons }, contacts: [{ id: 'a' }, { id: 'b' }] }],
    });
  });

  test('asks once for a contact that is selected twice', async () => {
    const listCrmStatus = vi.fn(async (_user: string, ids: readonly string[]) =>
      ids.map((id) => [statusOf(id)]),
    );
    const data = await ask(
      { getContact: async (_user, id) => fakeContact(id), listCrmStatus },
      `{ a: contact(id: "x") { crmStatus { externalId } } b: contact(id: "x") { crmStatus { externalId } }
         c: contact(id: "y") { crmStatus { externalId } } }`,
    );
    expect(listCrmStatus.mock.calls).toEqual([['alice', ['x', 'y']]]);
    const crmStatus = [{ externalId: 'sf-x' }];
    expect(data).toEqual({ a: { crmStatus }, b: { crmStatus }, c: { crmStatus: [{ externalId: 'sf-y' }] } });
  });

  test('counts the filtered set when it is selected', async () => {
    const countContacts = vi.fn(async () => 980_000);
    const data = await ask(
      { listContacts: async () => threeContacts, countContacts },
      '{ contacts(filter: { inPlatform: GOOGLE }) { totalCount } }',
    );
    expect(data).toEqual({ contacts: { totalCount: 980_000 } });
    expect(countContacts).toHaveBeenCalledWith('alice', { inPlatform: 'GOOGLE' });
  });

  test('tells a field that is left out from one that is null', async () => {
    const updateContact = vi.fn<Commands['updateContact']>(async () => fakeContact('a'));
    await ask(
      { updateContact },
      'mutation ($input: ContactInput!) { updateContact(id: "a", input: $input) { contact { id } } }',
      { input: { phone: null, title: 'CEO' } },
    );
    const [user, id, input] = updateContact.mock.calls[0]!;
    expect([user, id, Object.entries(input)]).toEqual([
      'alice',
      'a',
      [
        ['phone', null],
        ['title', 'CEO'],
      ],
    ]);
  });

  test('imports as API unless a source is given', async () => {
    const importContacts = vi.fn(async () => ({ created: 1, updated: 0, unchanged: 0, errors: [] }));
    await ask({ importContacts }, 'mutation { importContacts(input: [{ email: "a@b.c" }]) { created } }');
    await ask({ importContacts }, 'mutation { importContacts(input: [], source: null) { created } }');
    await ask({ importContacts }, 'mutation { importContacts(input: [], source: GOOGLE) { created } }');
    expect(importContacts.mock.calls).toEqual([
      ['alice', [{ email: 'a@b.c' }], 'API'],
      ['alice', [], 'API'],
      ['alice', [], 'GOOGLE'],
    ]);
  });
});

describe('node', () => {
  test.each([
    ['Contact', fakeContact('n')],
    ['Integration', { ...fakeIntegration(), id: 'n' }],
    ['SyncRun', fakeRun('n')],
    ['Conflict', fakeConflict('n', 'a')],
  ])('knows a %s', async (typeName, node) => {
    const data = await ask({ findNode: async () => node }, '{ node(id: "n") { __typename id } }');
    expect(data).toEqual({ node: { __typename: typeName, id: 'n' } });
  });
});
