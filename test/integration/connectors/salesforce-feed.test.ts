import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChangeNotice } from '../../../src/connectors/index.js';
import type { Cursor } from '../../../src/domain/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { settings } from '../../support/settings.js';
import { connectOrg, controlOrg } from './salesforce-org.js';

const sandboxes = await openSandboxes({ port: 0, contacts: 60, seed: 7 });
closeAfterFile(() => sandboxes.close());
const url = sandboxes.salesforceUrl;

let account = '';
let accounts = 0;
let org: ReturnType<typeof controlOrg>;
let crm: Awaited<ReturnType<typeof connectOrg>>;
let listening: AbortController;

beforeEach(async () => {
  accounts += 1;
  account = `feed-${accounts}`;
  org = controlOrg(url, account);
  crm = await connectOrg(url, account);
  listening = new AbortController();
});

afterEach(() => listening.abort());

/** Listens, from when Salesforce has taken the subscriptions; past the notice that what was before was not heard. */
async function listen(from?: Cursor) {
  const before = (await org.calls('/cometd')).length;
  const feed = crm.connector.feed!.listen(crm.session, from, settings, listening.signal);
  const notices = feed[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<ChangeNotice>> | undefined = notices.next();
  // A feed that ends at once is no error here: the test looks at it.
  next.catch(() => {});
  await vi.waitFor(async () => expect((await org.calls('/cometd')).length).toBeGreaterThan(before + 1), {
    timeout: 5_000,
  });
  if (from === undefined) {
    expect((await next).value).toMatchObject({ externalIds: [], isGap: true });
    next = notices.next();
    next.catch(() => {});
  }
  return {
    async next(): Promise<ChangeNotice> {
      const present = next ?? notices.next();
      next = undefined;
      const { value, done } = await present;
      if (done) throw new Error('the feed has ended');
      return value;
    },
    /** Notices until all of these ids were told. */
    async until(ids: readonly string[]): Promise<ChangeNotice[]> {
      const told: ChangeNotice[] = [];
      const missing = new Set(ids);
      while (missing.size > 0) {
        const notice = await this.next();
        for (const id of notice.externalIds) missing.delete(id);
        told.push(notice);
      }
      return told;
    },
    end: () => (next ?? notices.next()).then(({ done }) => done === true),
  };
}

describe('changes as they happen', () => {
  it('are told by id: new, changed, deleted and merged records of both objects', async () => {
    const feed = await listen();
    const contacts = await org.touch({ add: 2, change: 3, archive: 2, merge: 1 });
    const leads = await org.touch({ add: 1, change: 1, object: 'Lead' });
    const [merge] = contacts.merged;
    const ids = [...contacts.added!, ...contacts.changed!, ...contacts.archived!, ...merge!.ids];
    const told = await feed.until([...ids, ...leads.added!, ...leads.changed!]);
    expect(told.every(({ isGap }) => !isGap)).toBe(true);
    listening.abort();
    expect(await feed.end()).toBe(true);
  });

  it('are replayed from the place of the last notice that was kept, and from no other', async () => {
    const first = await listen();
    const before = await org.touch({ add: 1 });
    const { place } = (await first.until(before.added!)).at(-1)!;
    listening.abort();
    expect(await first.end()).toBe(true);
    const { added } = await org.touch({ add: 2 });
    listening = new AbortController();
    const again = await listen(
      JSON.parse(JSON.stringify({ replay: { ...(place.replay as object), '/data/LeadChangeEvent': -2 } })),
    );
    const told = (await again.until(added!)).flatMap(({ externalIds }) => externalIds);
    expect(told).not.toContain(before.added![0]);
  });

  it('go on after the client was forgotten and after the session has ended', async () => {
    const feed = await listen();
    const one = await org.touch({ add: 1, object: 'Lead' });
    await feed.until(one.added!);
    const two = await org.touch({ add: 1 });
    await feed.until(two.added!);
    const waiting = feed.next();
    await org.control('DELETE', '/salesforce/streams');
    const three = await org.touch({ change: 1 });
    expect((await waiting).externalIds).toEqual(three.changed);
    const later = feed.next();
    await org.control('POST', '/tokens', { expire: 'access' });
    const four = await org.touch({ change: 1, object: 'Lead' });
    expect((await later).externalIds).toEqual(four.changed);
    expect(crm.renewals()).toBe(1);
  });

  it('that Salesforce cannot describe are ids, or a gap', async () => {
    const feed = await listen();
    await org.control('POST', '/salesforce/gap', { object: 'Contact', change: 2 });
    const described = await feed.next();
    expect(described.isGap).toBe(false);
    expect(described.externalIds.length).toBeGreaterThan(0);
    await org.control('POST', '/salesforce/gap', { object: 'Lead', overflow: true });
    let notice = await feed.next();
    while (!notice.isGap) notice = await feed.next();
    expect(notice.place).toMatchObject({ replay: { '/data/LeadChangeEvent': expect.any(Number) } });
  });

  it('behind a place that is no longer kept are an ended bookmark', async () => {
    const first = await listen();
    const { added } = await org.touch({ add: 1 });
    const { place } = (await first.until(added!)).at(-1)!;
    listening.abort();
    await first.end();
    await org.control('DELETE', '/salesforce/replay');
    listening = new AbortController();
    const feed = crm.connector.feed!.listen(crm.session, place, settings, listening.signal);
    await expect(feed[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
      retry: 'never',
    });
  });

  it('are not to be had where the org tells none', async () => {
    await org.control('PUT', '/salesforce/settings', { changeDataCapture: false });
    const feed = crm.connector.feed!.listen(crm.session, undefined, settings, listening.signal);
    await expect(feed[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'CRM_REJECTED',
      retry: 'never',
    });
  });
});
