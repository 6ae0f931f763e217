import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { type ApiContact, readContacts } from '../support/contact-comparison.js';
import { sendFile } from '../support/files-client.js';
import { startProgram } from '../support/spawn.js';
import { openStack } from '../support/stack.js';
import { connectHubspot, sync } from '../support/sync-client.js';

const seeded = 1_200;

let url: string;
let alice: ApiClient;

beforeAll(async () => {
  const stack = await openStack({ contacts: seeded });
  url = (await startProgram({ env: stack.env })).url;
  alice = await openApiClient(url, 'alice');
  await connectHubspot(alice, 'alice');
  await sync(alice, 'FULL');
  await alice.query(
    `mutation ($input: [ContactInput!]!) { importContacts(input: $input) { created errors { message } } }`,
    {
      input: [
        { firstName: '=HYPERLINK("http://x")', lastName: "'t Hooft; \\", email: 'formula@example.com' },
        { firstName: 'two\nlines, "quoted"', phone: '+41446681800', company: '-1', title: '@x\\n' },
      ],
    },
  );
});

/** What makes a contact, without ids and times, in an order that two users share. */
function valuesOf(contacts: readonly ApiContact[]): string[] {
  return contacts
    .map(({ firstName, lastName, email, phone, company, title }) =>
      JSON.stringify({ firstName, lastName, email, phone, company, title }),
    )
    .sort();
}

describe.each([
  ['CSV', '/contacts.csv', 'text/csv'],
  ['vCard', '/contacts.vcf', 'text/vcard'],
])('a file of %s', (name, path, contentType) => {
  test("carries one user's contacts to another, all of them and nothing else", async () => {
    const bob = await openApiClient(url, `bob-${name}`);
    const { text } = await sendFile(url, 'alice', path);
    const answer = await sendFile(url, bob.user, '/contacts/import', { contentType, body: text });
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { failed: 0, errors: [] }]);
    const [hers, his] = [await readContacts(alice), await readContacts(bob)];
    // Contacts of one address are one contact where they are imported; a file has no ids of ours to tell them by.
    expect(new Set(valuesOf(his))).toEqual(new Set(valuesOf(hers)));
    expect(hers.length).toBe(seeded + 2);
  });

  test('shows its own user alone', async () => {
    const nobody = await sendFile(url, `nobody-${name}`, path);
    expect(nobody.text).not.toContain('@');
    const forged = await sendFile(url, null, path);
    expect(forged.status).toBe(401);
  });
});

test('the same file again changes nothing where contacts have an address', async () => {
  const file = { contentType: 'text/csv', body: 'Email;First Name\nx@example.com;X\ny@example.com;Y\n' };
  const first = JSON.parse((await sendFile(url, 'carol', '/contacts/import', file)).text);
  const again = JSON.parse((await sendFile(url, 'carol', '/contacts/import', file)).text);
  const changed = { ...file, body: 'email,title\nX@Example.com,Boss\ny@example.com,\n' };
  const third = JSON.parse((await sendFile(url, 'carol', '/contacts/import', changed)).text);
  expect([first, again, third]).toMatchObject([
    { created: 2, updated: 0, unchanged: 0 },
    { created: 0, updated: 0, unchanged: 2 },
    { created: 0, updated: 1, unchanged: 1 },
  ]);
  const carol = await openApiClient(url, 'carol');
  expect((await readContacts(carol)).map(({ firstName, title }) => [firstName, title]).sort()).toEqual([
    ['X', 'Boss'],
    ['Y', null],
  ]);
});

test('bad rows are told by their line and code, and the good ones are there', async () => {
  const body = [
    'Email,First Name,Shoe size',
    'good@example.com,Good,38',
    'no address,Bad,38',
    `long@example.com,${'x'.repeat(300)},38`,
    ',,38',
    '"multi\nline@example.com",Bad,38',
    'late@example.com,Late,38',
  ].join('\n');
  const answer = await sendFile(url, 'dora', '/contacts/import', { contentType: 'text/csv', body });
  expect(JSON.parse(answer.text)).toMatchObject({
    ...{ created: 2, failed: 4, errorsOmitted: 0, ignoredColumns: ['Shoe size'] },
    errors: [3, 4, 5, 6].map((line) => ({ line, code: 'BAD_USER_INPUT' })),
  });
  const dora = await openApiClient(url, 'dora');
  expect((await readContacts(dora)).map((it) => it.firstName).sort()).toEqual(['Good', 'Late']);
});

test('a filter chooses what is exported', async () => {
  const rows = async (query: string) => {
    const { text } = await sendFile(url, 'alice', `/contacts.csv?${query}`);
    return text.split('\r\n').length - 2;
  };
  expect(await rows('source=API')).toBe(2);
  expect(await rows('inPlatform=HUBSPOT')).toBe(seeded);
  expect(await rows('inPlatform=GOOGLE')).toBe(0);
  expect(await rows('search=formula%40example.com')).toBe(1);
});

test('each contact of a CRM tells its record there', async () => {
  const { text } = await sendFile(url, 'alice', '/contacts.csv?inPlatform=HUBSPOT');
  const [first] = (await readContacts(alice)).filter((it) => it.crmStatus.length > 0);
  const row = text.split('\r\n').find((it) => it.startsWith(first!.id));
  expect(row).toContain(`,${first!.crmStatus[0]!.externalId},,`);
});
