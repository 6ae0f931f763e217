import { beforeEach, describe, expect, it } from 'vitest';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
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
