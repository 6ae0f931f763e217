import { describe, expect, it } from 'vitest';
import { closeReasonOf } from '../../../../src/connectors/salesforce/change-line.js';
import { noticeOf } from '../../../../src/connectors/salesforce/change-notice.js';

const event = (changeType: string, recordIds: unknown[], replayId: unknown = 12) => ({
  schema: 's',
  payload: { ChangeEventHeader: { entityName: 'Contact', changeType, recordIds }, LastName: 'Lee' },
  event: { replayId },
});
const [a, b] = ['003000000000001AAA', '003000000000002AAA'];

describe('a change event', () => {
  it.each([
    'CREATE',
    'UPDATE',
    'DELETE',
    'UNDELETE',
    'GAP_CREATE',
    'GAP_UPDATE',
    'GAP_DELETE',
    'GAP_UNDELETE',
  ])('%s names the records', (type) => {
    expect(noticeOf(event(type, [a, b]))).toEqual({ externalIds: [a, b], isGap: false, replayId: 12 });
  });

  it.each([
    ['an overflow', event('GAP_OVERFLOW', [a]), [a], 12],
    ['a wildcard', event('GAP_UPDATE', ['003*']), [], 12],
    ['no ids', event('UPDATE', []), [], 12],
    ['what cannot be read', { event: { replayId: 13 } }, [], 13],
    ['nothing', null, [], null],
  ])('%s is a gap', (_words, data, externalIds, replayId) => {
    expect(noticeOf(data)).toEqual({ externalIds, isGap: true, replayId });
  });
});

describe('the end of a line', () => {
  const denied = {
    ext: { sfdc: { failureReason: '401::Authentication invalid' } },
    error: '403::Handshake denied',
  };
  it.each([
    [{ channel: '/meta/handshake', successful: true }, -1, undefined],
    [{ channel: '/meta/connect', successful: true, advice: { reconnect: 'retry' } }, -1, undefined],
    [{ channel: '/data/ContactChangeEvent', data: {} }, -1, undefined],
    [{ channel: '/meta/handshake', successful: false, ...denied }, -1, 'unauthorized'],
    [
      { channel: '/meta/connect', successful: false, error: '401::Authentication invalid' },
      -1,
      'unauthorized',
    ],
    [{ errorCode: 'INVALID_SESSION_ID' }, -1, 'unauthorized'],
    [{ errorCode: 'UNKNOWN_EXCEPTION' }, -1, 'lost'],
    [
      {
        channel: '/meta/subscribe',
        successful: false,
        error: '400::The replayId {12} you provided was invalid.',
      },
      12,
      'expired',
    ],
    [{ channel: '/meta/subscribe', successful: false, error: '400::Unknown channel' }, -1, 'forbidden'],
    [
      { channel: '/meta/subscribe', successful: false, error: '403::User not allowed to subscribe CDC' },
      12,
      'forbidden',
    ],
    [{ channel: '/meta/handshake', successful: false, error: '403::Handshake denied' }, -1, 'forbidden'],
    [{ channel: '/meta/connect', successful: false, error: '402::Unknown client' }, -1, 'lost'],
    [{ channel: '/meta/connect', successful: false, error: '403::Unknown client' }, -1, 'lost'],
    [{ channel: '/meta/subscribe', successful: false, error: '402::Unknown client' }, 12, 'lost'],
    [{ channel: '/meta/subscribe', successful: false, error: '503::Server is too busy' }, 12, 'lost'],
    [{ channel: '/meta/handshake', successful: false }, -1, 'lost'],
    [{ channel: '/meta/connect', successful: true, advice: { reconnect: 'handshake' } }, -1, 'lost'],
    [{ channel: '/meta/connect', successful: true, advice: { reconnect: 'none' } }, -1, 'lost'],
  ])('%o (from %i) → %s', (message, replay, reason) => {
    expect(closeReasonOf(message, replay)).toBe(reason);
  });
});
