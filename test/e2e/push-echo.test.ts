import { beforeAll, expect, test } from 'vitest';
import { readContacts } from '../support/contact-comparison.js';
import { create, edit, failuresOf, remove, showAtOnce, writesSince } from '../support/push-client.js';
import { startProgram } from '../support/spawn.js';
import { openStack } from '../support/stack.js';
import { allPlatforms, openThreeCrms, type ThreeCrms } from '../support/three-crms.js';
import { runThrough } from '../support/two-way-client.js';

let crms: ThreeCrms;
let url: string;

beforeAll(async () => {
  const stack = await openStack({ contacts: 20 });
  ({ url } = await startProgram({ env: { ...stack.env, WORKER_LISTENERS: '0' } }));
  crms = await openThreeCrms(stack);
  await showAtOnce(crms);
});

test('what was changed here goes to three CRMs once, and never comes back as a change', async () => {
  const client = await crms.connect(url, 'echo');
  const round = async () => {
    const before = await Promise.all(allPlatforms.map((it) => writesSince(crms, client, it)));
    const ended = await Promise.all(
      allPlatforms.map((platform) => runThrough(client, { platform, direction: 'TWO_WAY' })),
    );
    for (const { runId, final } of ended) {
      expect(await failuresOf(client, runId)).toEqual([]);
      expect(final).toMatchObject({ status: 'SUCCEEDED' });
    }
    const after = await Promise.all(allPlatforms.map((it) => writesSince(crms, client, it)));
    return after.map((count, at) => count - before[at]!);
  };
  await crms.syncAll(client, 'FULL');
  // HubSpot holds nobody without a name or an address.
  for (const { id, firstName, lastName, email } of await readContacts(client))
    if (!firstName && !lastName && !email) await edit(client, id, { lastName: 'Named' });
  // Whom only one of them holds goes to the others, until each holds all.
  for (let rounds = 0; rounds < 3; rounds += 1) await round();
  expect(await round()).toEqual([0, 0, 0]);
  const [one, other, third] = await readContacts(client);
  await edit(client, one!.id, { title: 'Edited here', phone: '+4930 555 123' });
  await edit(client, other!.id, { company: '  Spaced   GmbH ' });
  await create(client, { firstName: 'Echo', lastName: 'Echo', email: 'echo@example.com' });
  await remove(client, [third!.id]);
  const first = await round();
  // A batch of each kind; Salesforce takes changes of contacts and of leads apart.
  expect(
    first.every((writes, at) => writes === 3 || (writes === 4 && allPlatforms[at] === 'SALESFORCE')),
  ).toBe(true);
  for (let rounds = 0; rounds < 4; rounds += 1) expect(await round()).toEqual([0, 0, 0]);
  const marks = (await readContacts(client)).map(({ crmStatus }) => crmStatus.map((it) => it.state));
  for (const states of marks) expect(states).toEqual(['SYNCED', 'SYNCED', 'SYNCED']);
  for (const platform of allPlatforms)
    expect(await crms.on[platform].live(client.user)).toHaveLength(marks.length);
});
