import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChangeNotice } from '../../../../src/connectors/contract.js';
import { createChangeFeed } from '../../../../src/connectors/salesforce/feed.js';
import type { OrgSession } from '../../../../src/connectors/salesforce/org.js';
import type { Cursor } from '../../../../src/domain/index.js';
import { settings } from '../../../support/settings.js';
import { idOf } from './fake-org.js';
import { type FakeStreaming, openFakeStreaming } from './fake-streaming.js';

const [contacts, leads] = ['/data/ContactChangeEvent', '/data/LeadChangeEvent'] as const;
const feed = createChangeFeed({ first: 1, longest: 2 });

let org: FakeStreaming;
let tokens: string[];
let listening: AbortController;

beforeEach(async () => {
  org = await openFakeStreaming();
  tokens = ['first'];
  listening = new AbortController();
});

function listen(from?: Cursor, objects = ['Contact']) {
  const session: OrgSession = {
    accountId: '00D000000000001AAA',
    calls: 0,
    apiUrl: org.url,
    call: () => Promise.reject(new Error('no call is made')),
    tokens: {
      current: async () => tokens.at(-1)!,
      renew: async (rejected) => {
        if (rejected === tokens.at(-1)) tokens.push(`renewed-${tokens.length}`);
        return tokens.at(-1)!;
      },
    },
  };
  const heard = feed.listen(session, from, { ...settings, salesforceObjects: objects }, listening.signal);
  return heard[Symbol.asyncIterator]();
}

const event = (
  replayId: number,
  ids = [idOf(replayId)],
  changeType = 'UPDATE',
  channel: string = contacts,
) => ({
  channel,
  data: { payload: { ChangeEventHeader: { changeType, recordIds: ids } }, event: { replayId } },
});

/** Aborts, and waits until the iteration has ended and no poll hangs. */
async function expectEnd(heard: AsyncIterator<ChangeNotice>, next = heard.next()): Promise<void> {
  listening.abort();
  expect(await next).toMatchObject({ done: true });
  await vi.waitFor(() => expect(org.polls.size).toBe(0));
}

/** Listens from now on, past the first notice: that what was before was not heard. */
async function listenFromNow(objects?: string[]): Promise<AsyncIterator<ChangeNotice>> {
  const heard = listen(undefined, objects);
  expect((await heard.next()).value).toEqual({ externalIds: [], isGap: true, place: { replay: {} } });
  return heard;
}

describe('listening to an org', () => {
  it('tells the records of each event, with the place behind it', async () => {
    const heard = await listenFromNow();
    const first = heard.next();
    await org.send(event(7, [idOf(1), idOf(2)]), event(9, [idOf(3)], 'DELETE'));
    expect((await first).value).toEqual({
      externalIds: [idOf(1), idOf(2)],
      isGap: false,
      place: { replay: { [contacts]: 7 } },
    });
    expect((await heard.next()).value).toMatchObject({
      externalIds: [idOf(3)],
      place: { replay: { [contacts]: 9 } },
    });
    expect(org.replays).toEqual([{ [contacts]: -1 }]);
    expect(org.handshakes).toEqual(['OAuth first']);
    await expectEnd(heard);
  });

  it('asks for no more before what came was taken', async () => {
    const heard = await listenFromNow();
    const first = heard.next();
    await org.send(event(1), event(2));
    await first;
    expect(org.polls.size).toBe(0);
    await heard.next();
    const third = heard.next();
    await org.send(event(3));
    expect((await third).value).toMatchObject({ place: { replay: { [contacts]: 3 } } });
    await expectEnd(heard);
  });

  it('goes on behind the last notice after its connection broke', async () => {
    const heard = listen({ replay: { [contacts]: 4 } });
    const first = heard.next();
    await org.send(event(5));
    await first;
    const second = heard.next();
    await org.cut();
    await org.send(event(6));
    expect((await second).value).toMatchObject({ isGap: false, place: { replay: { [contacts]: 6 } } });
    expect(org.replays).toEqual([{ [contacts]: 4 }, { [contacts]: 5 }]);
    await expectEnd(heard);
  });

  it('calls it a gap when a channel that was never heard of was away', async () => {
    const heard = await listenFromNow(['Contact', 'Lead']);
    const first = heard.next();
    await org.send(event(5));
    await first;
    const second = heard.next();
    await org.cut();
    expect((await second).value).toEqual({
      externalIds: [],
      isGap: true,
      place: { replay: { [contacts]: 5 } },
    });
    expect(Object.assign({}, ...org.replays.slice(2))).toEqual({ [contacts]: 5, [leads]: -1 });
    await expectEnd(heard);
  });

  it.each([
    [
      'at the handshake',
      '/meta/handshake',
      { error: '403::Handshake denied', ext: { sfdc: { failureReason: '401::Authentication invalid' } } },
    ],
    ['while it listens', '/meta/connect', { error: '401::Authentication invalid' }],
    [
      'at the door',
      '/meta/handshake',
      { channel: undefined, successful: undefined, errorCode: 'INVALID_SESSION_ID' },
    ],
  ])('takes another token when its own has ended %s', async (_words, channel, refusal) => {
    org.refuse = (message, authorization) =>
      authorization === 'OAuth first' && message.channel === channel ? refusal : undefined;
    const heard = listen({ replay: { [contacts]: 4 } });
    const first = heard.next();
    await org.send(event(5));
    expect((await first).value).toMatchObject({ externalIds: [idOf(5)] });
    expect(tokens).toEqual(['first', 'renewed-1']);
    expect(org.handshakes.at(-1)).toBe('OAuth renewed-1');
    await expectEnd(heard);
  });

  it.each([
    [
      'a place that Salesforce no longer keeps',
      '400::The replayId {4} you provided was invalid.',
      'CURSOR_EXPIRED',
      'never',
    ],
    [
      'a user who may not listen',
      '403::User not allowed to subscribe CDC without required permissions',
      'CRM_REJECTED',
      'never',
    ],
    ['a server in trouble', '503::Server is too busy', 'CRM_UNAVAILABLE', 'backoff'],
  ])('ends for %s', async (_words, error, code, retry) => {
    org.refuse = ({ channel }) =>
      channel === '/meta/subscribe' ? { error, subscription: contacts } : undefined;
    const heard = listen({ replay: { [contacts]: 4 } });
    await expect(heard.next()).rejects.toMatchObject({ code, retry });
    await vi.waitFor(() => expect(org.polls.size).toBe(0));
  });

  it('takes a place that is none for an ended one', async () => {
    await expect(async () => listen({ at: 4 }).next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });

  it('ends at once while it waits, and without a word when it was ended before', async () => {
    const heard = await listenFromNow();
    const next = heard.next();
    await vi.waitFor(() => expect(org.polls.size).toBe(1));
    await expectEnd(heard, next);
    expect(await listen().next()).toMatchObject({ done: true });
    expect(org.handshakes.length).toBe(1);
  });
});
