import { beforeEach, describe, expect, it } from 'vitest';
import { type Cursor, normalizeValues, type Page } from '../../../src/domain/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { settings } from '../../support/settings.js';
import {
  applyPages,
  connectOrg,
  consent,
  controlOrg,
  createOrgConnector,
  readAll,
} from './salesforce-org.js';

const sandboxes = await openSandboxes({ port: 0, contacts: 1_000, seed: 7 });
closeAfterFile(() => sandboxes.close());
const large = await openSandboxes({ port: 0, contacts: 4_000, seed: 7 });
closeAfterFile(() => large.close());
const url = sandboxes.salesforceUrl;
const signal = new AbortController().signal;

let account = '';
let accounts = 0;
let org: ReturnType<typeof controlOrg>;

beforeEach(() => {
  accounts += 1;
  account = `org-${accounts}`;
  org = controlOrg(url, account);
});

describe('connecting Salesforce', () => {
  it('knows the org, its name and its address, and tells no end of the token', async () => {
    const { grant } = await connectOrg(url, account);
    expect(grant.account.id).toMatch(/^00D\w{15}$/);
    expect(grant.account.name).not.toContain('00D');
    expect(grant.tokens).toMatchObject({ expiresAt: null, refreshToken: expect.any(String) });
    expect(new URL(grant.tokens.apiUrl!).origin).not.toBe(url);
    expect(grant.scopes).toEqual(expect.arrayContaining(['api', 'refresh_token']));
  });

  it('sends nothing to an address that is not Salesforce’s', async () => {
    await org.control('PUT', '/salesforce/settings', { instanceUrl: 'https://evil.example' });
    const connector = createOrgConnector(url);
    const answer = await consent(connector, account);
    await expect(connector.oauth.exchange(answer)).rejects.toMatchObject({ code: 'CRM_REJECTED' });
  });
});

describe('reading an org', () => {
  it('brings each contact and lead once, in two calls each', async () => {
    const { session, streams } = await connectOrg(url, account);
    const before = (await org.calls()).length;
    for (const stream of streams) {
      const pages = await readAll(stream, session);
      const ids = pages.flatMap(({ records }) => records.map(({ externalId }) => externalId));
      expect(ids.sort()).toEqual(await org.live(stream.recordType as 'Contact'));
      expect(pages.flatMap(({ faults }) => faults)).toEqual([]);
      expect(pages.at(-1)).toMatchObject({ last: true, total: ids.length });
      expect(await stream.count(session, signal)).toBe(ids.length);
    }
    expect((await org.calls()).length - before).toBe(2 * 2 + 2);
  });

  it('brings what changed, in one call each when there is nothing', async () => {
    const { session, streams } = await connectOrg(url, account);
    const [contacts] = streams;
    const held = new Map<string, string>();
    const first = await readAll(contacts!, session);
    applyPages(held, first);
    const touched = await org.touch({ add: 5, change: 6, archive: 7, merge: 3 });
    const second = await readAll(contacts!, session, first.at(-1)!.cursor);
    applyPages(held, second);
    expect([...held.keys()].sort()).toEqual(await org.live('Contact'));
    const replaced = second.flatMap(({ records }) => records.flatMap(({ replaces }) => replaces));
    expect(replaced.length).toBe(3);
    expect(touched.merged.length).toBe(3);
    const before = (await org.calls()).length;
    for (const stream of streams)
      await readAll(stream, session, { phase: 'done', since: Date.now() + 1_000 });
    expect((await org.calls()).length - before).toBe(2);
  });
});

describe('a contact’s company', () => {
  it('is the name of its account', async () => {
    const { grant, session, streams } = await connectOrg(url, account);
    const soql = encodeURIComponent('SELECT Id, Name FROM Account');
    const reply = await fetch(`${grant.tokens.apiUrl}/services/data/v67.0/query?q=${soql}`, {
      headers: { authorization: `Bearer ${grant.tokens.accessToken}` },
    });
    const accounts = new Map<string, string>();
    for (const { Id, Name } of ((await reply.json()) as { records: { Id: string; Name: string }[] }).records)
      accounts.set(Id, normalizeValues({ company: Name }).values.company!);
    const owners = new Map((await org.records()).map((it) => [it.Id, it.AccountId]));
    const records = (await readAll(streams[0]!, session)).flatMap((page) => page.records);
    expect(new Set(records.map(({ values }) => values.company)).size).toBeGreaterThan(10);
    for (const { externalId, values } of records)
      expect(values.company).toBe(accounts.get(owners.get(externalId) ?? '') ?? null);
  });
});

describe('what Salesforce does to records', () => {
  const increment = async (
    crm: Awaited<ReturnType<typeof connectOrg>>,
    from: Page,
    held: Map<string, string>,
  ) => {
    const pages = await readAll(crm.streams[0]!, crm.session, JSON.parse(JSON.stringify(from.cursor)));
    applyPages(held, pages);
    return pages.at(-1)!;
  };

  it('late commits, undeletions and changes that leave LastModifiedDate alone are met', async () => {
    const crm = await connectOrg(url, account);
    const held = new Map<string, string>();
    const first = await readAll(crm.streams[0]!, crm.session);
    applyPages(held, first);
    await org.control('POST', '/salesforce/late', { object: 'Contact', count: 4, delayMs: 60_000 });
    await org.touch({ archive: 3 });
    let last = await increment(crm, first.at(-1)!, held);
    expect([...held.keys()].sort()).toEqual(await org.live('Contact'));
    await org.control('POST', '/salesforce/commit', {});
    await org.control('POST', '/salesforce/undelete', { object: 'Contact', count: 2 });
    await org.control('POST', '/salesforce/touch', { object: 'Contact', count: 5 });
    last = await increment(crm, last, held);
    expect(last.last).toBe(true);
    const living = new Map((await org.records()).map((it) => [it.Id, it.Email?.toLowerCase() ?? null]));
    expect([...held.keys()].sort()).toEqual(await org.live('Contact'));
    for (const [id, email] of held) if (email.includes('@')) expect(email).toBe(living.get(id));
  });

  it('a converted lead goes on as its contact, or goes where contacts are not synced', async () => {
    const crm = await connectOrg(url, account);
    const [contacts, leads] = [crm.streams[0]!, crm.streams[1]!];
    const before = {
      contacts: await readAll(contacts, crm.session),
      leads: await readAll(leads, crm.session),
    };
    await org.control('POST', '/salesforce/convert', { count: 2 });
    const told = await readAll(leads, crm.session, before.leads.at(-1)!.cursor);
    const became = told.flatMap(({ records }) => records).filter(({ replaces }) => replaces.length > 0);
    expect(became.map(({ recordType }) => recordType)).toEqual(['Contact', 'Contact']);
    const converted = (await org.records()).filter((it) => it.IsConverted).map(({ Id }) => Id);
    expect(became.flatMap(({ replaces }) => replaces).sort()).toEqual(converted.sort());
    const [alone] = crm.connector.streams({ ...settings, salesforceObjects: ['Lead'] });
    const gone = await readAll(alone!, crm.session, before.leads.at(-1)!.cursor);
    expect(
      gone
        .flatMap(({ tombstones }) => tombstones)
        .map(({ externalId }) => externalId)
        .sort(),
    ).toEqual(converted.sort());
    const come = await readAll(contacts, crm.session, before.contacts.at(-1)!.cursor);
    const ids = [...before.contacts, ...come].flatMap(({ records }) =>
      records.map(({ externalId }) => externalId),
    );
    expect([...new Set(ids)].sort()).toEqual(await org.live('Contact'));
  });

  it('what is gone for good is told by its id', async () => {
    const { session, streams } = await connectOrg(url, account);
    const { archived } = await org.touch({ archive: 2 });
    await org.control('POST', '/salesforce/purge', { object: 'Contact' });
    const { merged } = await org.touch({ merge: 1 });
    const winner = (await org.records()).find((it) => it.IsDeleted && it.MasterRecordId)!;
    const [living] = await org.live('Contact');
    const asked = [...archived!, winner.Id, living!];
    const found = await streams[0]!.readById(session, asked, signal);
    expect(found.tombstones.map(({ externalId }) => externalId).sort()).toEqual([...archived!].sort());
    const survivor = found.records.find(({ replaces }) => replaces.includes(winner.Id));
    expect(survivor?.externalId).toBe(winner.MasterRecordId);
    expect(merged.length).toBe(1);
  });
});

describe('an org in trouble', () => {
  it('whose session has ended gets another token, once', async () => {
    const crm = await connectOrg(url, account);
    await org.control('POST', '/tokens', { expire: 'access' });
    expect(await crm.streams[0]!.count(crm.session, signal)).toBeGreaterThan(0);
    expect(crm.renewals()).toBe(1);
  });

  it('whose requests of the day are used up by others says so', async () => {
    const crm = await connectOrg(url, account);
    await org.control('PUT', '/salesforce/usage', { used: 15_000 });
    const refusal = crm.streams[0]!.count(crm.session, signal);
    await expect(refusal).rejects.toMatchObject({
      code: 'QUOTA_EXHAUSTED',
      retry: { afterMs: expect.any(Number) },
    });
    expect(crm.allowances.ended).toEqual([`salesforce:org:${crm.grant.account.id}`]);
  });

  it('that has too many calls at once is left alone for a moment', async () => {
    const crm = await connectOrg(url, account);
    await org.control('POST', '/faults', { status: 403, times: 1, path: '/services/data' });
    const refusal = crm.streams[0]!.count(crm.session, signal);
    await expect(refusal).rejects.toMatchObject({ code: 'RATE_LIMITED', retry: { afterMs: 5_000 } });
    expect(crm.allowances.ended).toEqual([]);
  });

  it.each([
    ['an error of the server', { status: 503 }],
    ['a gateway’s page', { status: 502 }],
    ['half of an answer', { truncate: true }],
    ['a query that took too long', { status: 400 }],
  ])('is asked again later after %s', async (_words, fault) => {
    const crm = await connectOrg(url, account);
    await org.control('POST', '/faults', { ...fault, times: 1, path: '/services/data' });
    const failed = readAll(crm.streams[0]!, crm.session);
    await expect(failed).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
  });

  it('whose locators have all ended is read on', async () => {
    const crm = await connectOrg(url, account);
    const first = await readAll(crm.streams[0]!, crm.session);
    await org.touch({ sameMillisecond: 900 });
    await org.control('DELETE', '/salesforce/locators');
    const ids = new Set<string>();
    let cursor = first.at(-1)!.cursor;
    for (let last = false; !last; ) {
      for await (const page of crm.streams[0]!.read(crm.session, cursor, signal)) {
        for (const { externalId } of page.records) ids.add(externalId);
        ({ cursor, last } = page);
        break;
      }
      await org.control('DELETE', '/salesforce/locators');
    }
    expect(ids.size).toBe(Math.min(900, (await org.live('Contact')).length));
  });
});

describe('a large org', () => {
  let big: ReturnType<typeof controlOrg>;
  beforeEach(() => {
    big = controlOrg(large.salesforceUrl, account);
  });

  it('is read by Bulk, in few calls, and what changed meanwhile with the next increment', async () => {
    const { session, streams } = await connectOrg(large.salesforceUrl, account);
    const held = new Map<string, string>();
    const pages: Page[] = [];
    for await (const page of streams[0]!.read(session, undefined, signal)) {
      if (pages.push(page) === 2) await big.touch({ add: 5, change: 5, archive: 5, merge: 3 });
    }
    applyPages(held, pages);
    const calls = await big.calls();
    expect(calls.filter(({ path }) => path.includes('/jobs/query')).length).toBeGreaterThan(2);
    expect(calls.length).toBeLessThanOrEqual(8);
    expect(pages[0]!.total).toBeGreaterThan(2_000);
    applyPages(held, await readAll(streams[0]!, session, pages.at(-1)!.cursor));
    expect([...held.keys()].sort()).toEqual(await big.live('Contact'));
    const values = await streams[0]!.readById(session, [...held.keys()].slice(0, 200), signal);
    for (const { externalId, values: now } of values.records)
      expect(held.get(externalId)).toBe(now.email ?? now.lastName);
  });

  it.each(['Failed', 'Aborted'])('is read whole when its jobs end %s', async (state) => {
    const { session, streams } = await connectOrg(large.salesforceUrl, account);
    await big.control('POST', '/salesforce/jobs', { state, times: 2 });
    const ids = (await readAll(streams[0]!, session)).flatMap(({ records }) =>
      records.map((it) => it.externalId),
    );
    expect(ids.sort()).toEqual(await big.live('Contact'));
  });

  it('is read whole when its results are gone before another process goes on', async () => {
    const before = await connectOrg(large.salesforceUrl, account);
    const held = new Map<string, string>();
    let cursor: Cursor | undefined;
    for await (const page of before.streams[0]!.read(before.session, undefined, signal)) {
      applyPages(held, [page]);
      cursor = page.cursor;
      if (held.size > 0) break;
    }
    await big.control('DELETE', '/salesforce/jobs');
    const after = await connectOrg(large.salesforceUrl, account);
    applyPages(held, await readAll(after.streams[0]!, after.session, JSON.parse(JSON.stringify(cursor))));
    const gone = (await big.calls('/jobs/query')).filter(({ status }) => status === 404);
    expect(gone.length).toBe(1);
    expect([...held.keys()].sort()).toEqual(await big.live('Contact'));
  });
});
