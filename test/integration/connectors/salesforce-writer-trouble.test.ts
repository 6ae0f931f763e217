import { beforeEach, describe, expect, it } from 'vitest';
import type { Stream } from '../../../src/connectors/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { readAll } from './salesforce-org.js';
import { idOf, openWriting, own, people } from './salesforce-writing.js';

const sandboxes = await openSandboxes({ port: 0, contacts: 40, seed: 11 });
closeAfterFile(() => sandboxes.close());

type Writing = Awaited<ReturnType<typeof openWriting>>;
let accounts = 0;
let org: Writing['org'];
let crm: Writing['crm'];
let write: Writing['write'];
let contacts: Stream;

beforeEach(async () => {
  accounts += 1;
  const writing = await openWriting(sandboxes.salesforceUrl, `trouble-${accounts}`);
  ({ org, crm, write, contacts } = writing);
});

describe('an org in trouble', () => {
  it.each([
    ['with e-mails', people(5)],
    ['without any', people(5).map((it) => ({ ...it, values: { ...it.values, email: null } }))],
  ])('creations %s whose answer was lost are found, not made again', async (_what, writes) => {
    await org.control('POST', '/faults', {
      ...{ truncate: true, times: 1 },
      path: '/services/data/v67.0/composite/sobjects',
    });
    const sentAt = new Date();
    await expect(write(writes)).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
    const living = await org.live('Contact');
    const again = await write(writes.map((it) => ({ ...it, sentAt })));
    const ids = writes.map(({ id }) => idOf(again.get(id)));
    expect(new Set(ids).size).toBe(5);
    expect(await org.live('Contact')).toEqual(living);
    for (const id of ids) expect(living).toContain(id);
  });

  it('a creation that never arrived is sent again, once it can no longer come about', async () => {
    await org.control('POST', '/faults', {
      ...{ status: 503, times: 1 },
      path: '/services/data/v67.0/composite/sobjects',
    });
    const [first] = people(1);
    const sentAt = new Date();
    await expect(write([first!])).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
    expect((await write([{ ...first!, sentAt }])).get('p0')).toMatchObject({ kind: 'UNSURE' });
    const before = await org.live('Contact');
    const later = await write([{ ...first!, sentAt: new Date(sentAt.getTime() - 120_000) }]);
    expect(await org.live('Contact')).toEqual([...before, idOf(later.get('p0'))].sort());
  });

  it('records that are locked for a moment go through, those that stay locked are told', async () => {
    await org.control('POST', '/salesforce/locks', { times: 3 });
    for (const outcome of (await write(people(10))).values()) expect(outcome.kind).toBe('DONE');
    await org.control('POST', '/salesforce/locks', { times: 5 });
    const ids = [...(await write(people(1, 'q'))).values()];
    expect(ids[0]).toMatchObject({ kind: 'REFUSED', fault: { code: 'CRM_REJECTED', retryable: true } });
  });

  it('whose session has ended gets another token, and the change goes through once', async () => {
    await org.control('POST', '/tokens', { expire: 'access' });
    const before = (await org.live('Contact')).length;
    const outcomes = await write(people(3));
    expect([...outcomes.values()].map(({ kind }) => kind)).toEqual(['DONE', 'DONE', 'DONE']);
    expect((await org.live('Contact')).length).toBe(before + 3);
    expect(crm.renewals()).toBe(1);
  });

  it('an increment reads what was written', async () => {
    const first = await readAll(contacts, crm.session);
    const made = await write(people(3));
    const pages = await readAll(contacts, crm.session, first.at(-1)!.cursor);
    const read = new Map(pages.flatMap(({ records }) => records.map((it) => [it.externalId, it.values])));
    for (const { id, values } of people(3))
      expect(own(contacts, read.get(idOf(made.get(id))))).toEqual(own(contacts, values));
  });
});
