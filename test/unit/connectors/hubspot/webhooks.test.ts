import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHubspotWebhooks } from '../../../../src/connectors/hubspot/webhooks.js';
import { AppError } from '../../../../src/domain/index.js';
import { told } from '../../../support/told-changes.js';

// HubSpot's own example of its guide on validating requests.
const clientSecret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
const url = 'https://www.example.com/webhook_uri';
const at = 1_693_657_560_000;
const exampleBody = "{'example_field':'example_value'}";
const exampleSignature = 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=';

interface Given {
  readonly url?: string;
  readonly method?: string;
  readonly body?: string;
  readonly now?: number;
  readonly timestamp?: string;
  readonly signature?: string;
  readonly headers?: Record<string, string>;
}

/** Signed as HubSpot does, unless a signature is given. */
function read(given: Given) {
  const { method = 'POST', body = '[]', now = at, timestamp = String(at) } = given;
  const called = given.url ?? url;
  const signature =
    given.signature ??
    createHmac('sha256', clientSecret).update(`${method}${called}${body}${timestamp}`).digest('base64');
  const headers = given.headers ?? {
    'x-hubspot-signature-v3': signature,
    'x-hubspot-request-timestamp': timestamp,
  };
  const delivery = { method, url: called, headers, body: Buffer.from(body) };
  return createHubspotWebhooks({ clientSecret, now: () => now }).read(delivery);
}

function codeOf(given: Given): string | undefined {
  try {
    read(given);
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

describe('the signature', () => {
  it("takes HubSpot's own example, whose body is not JSON", () => {
    expect(codeOf({ body: exampleBody, signature: exampleSignature })).toBe('BAD_USER_INPUT');
  });

  it.each<[string, Given]>([
    ['another body', { body: `${exampleBody} `, signature: exampleSignature }],
    ['another address', { body: exampleBody, url: `${url}/`, signature: exampleSignature }],
    ['another method', { body: exampleBody, method: 'PUT', signature: exampleSignature }],
    ['another time', { body: exampleBody, timestamp: String(at + 1), signature: exampleSignature }],
    ['another form of base64', { body: exampleBody, signature: exampleSignature.replace('+', '-') }],
    ['a part of it', { body: exampleBody, signature: exampleSignature.slice(0, -1) }],
    ['no signature', { headers: { 'x-hubspot-request-timestamp': String(at) } }],
    ['no time', { headers: { 'x-hubspot-signature-v3': exampleSignature } }],
    ['a time that is no number', { timestamp: '1e12' }],
    ['a delivery of more than five minutes ago', { now: at + 300_001 }],
    ['a delivery from the future', { now: at - 60_001 }],
  ])('refuses %s', (_what, given) => {
    expect(codeOf(given)).toBe('UNAUTHENTICATED');
  });

  it('takes a delivery that is just in time', () => {
    expect(codeOf({ now: at + 300_000 })).toBeUndefined();
    expect(codeOf({ now: at - 60_000 })).toBeUndefined();
  });

  it('takes neither version 1 nor 2', () => {
    const body = '[]';
    const sha = (text: string) => createHmac('sha256', '').update(text).digest('hex');
    for (const version of ['v1', 'v2']) {
      const headers = {
        'x-hubspot-signature': sha(`${clientSecret}POST${url}${body}`),
        'x-hubspot-signature-version': version,
        'x-hubspot-request-timestamp': String(at),
      };
      expect(codeOf({ body, headers })).toBe('UNAUTHENTICATED');
    }
  });

  it('is over the address with nothing decoded but the characters that HubSpot names', () => {
    const plain = fc.constantFrom(...":/?@!$'()*,;");
    const other = fc.constantFrom(
      '%20',
      '%26',
      '%3D',
      '%2B',
      '%25',
      '%23',
      '%C3%A9',
      'a',
      'Z',
      '9',
      '-',
      '=',
      '&',
    );
    const escaped = fc.tuple(plain, fc.boolean()).map(([signed, isLower]) => {
      const code = signed.charCodeAt(0).toString(16);
      return { sent: `%${isLower ? code : code.toUpperCase()}`, signed };
    });
    const part = fc.oneof(
      escaped,
      other.map((text) => ({ sent: text, signed: text })),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const text = (key: 'sent' | 'signed') => `${url}?q=${parts.map((it) => it[key]).join('')}`;
        const signature = createHmac('sha256', clientSecret)
          .update(`POST${text('signed')}[]${at}`)
          .digest('base64');
        expect(codeOf({ url: text('sent'), signature })).toBeUndefined();
      }),
    );
  });
});

describe('events', () => {
  const occurredAt = 1_564_113_600_123;
  const event = { portalId: 62_515, subscriptionType: 'contact.creation', objectId: 123 };
  const readEvents = (...events: unknown[]) => read({ body: JSON.stringify(events) });

  it('give the ids by account, each once', () => {
    const changed = { ...event, subscriptionType: 'contact.propertyChange', propertyName: 'email' };
    expect(readEvents(event, changed, { ...event, portalId: 7 }, { ...event, objectId: '124' })).toEqual([
      { accountId: '62515', records: told('123', '124') },
      { accountId: '7', records: told('123') },
    ]);
  });

  it.each<[string, unknown[], number | null]>([
    ['once', [occurredAt], occurredAt],
    ['twice, at one time', [occurredAt, occurredAt], occurredAt],
    ['at several times', [occurredAt, occurredAt + 1], null],
    ['at several times and again', [occurredAt, occurredAt + 1, occurredAt], null],
    ['with a time and without', [occurredAt, undefined], null],
    ['without a time and with', [undefined, occurredAt], null],
    ['at what is no time', ['soon'], null],
    ['at a time that nothing can hold', [1e300], null],
  ])('tell the time of what is told %s', (_how, times, at) => {
    const [changes] = readEvents(...times.map((time) => ({ ...event, occurredAt: time })));
    expect(changes?.records).toEqual([{ externalId: '123', at: at === null ? null : new Date(at) }]);
  });

  it('name a merge whole, and no time of it', () => {
    const merge = { primaryObjectId: 1, mergedObjectIds: [2, 3], newObjectId: 4, objectId: 4 };
    const changed = { ...event, subscriptionType: 'contact.merge', occurredAt, ...merge };
    const [merged] = readEvents(changed);
    expect(new Set(merged?.records)).toEqual(new Set(told('1', '2', '3', '4')));
  });

  it('may be generic, and may call their type eventType', () => {
    const { subscriptionType: _, ...untyped } = event;
    expect(readEvents({ ...untyped, eventType: 'object.deletion', objectTypeId: '0-1' })).toEqual([
      { accountId: '62515', records: told('123') },
    ]);
  });

  it.each<[string, object | null]>([
    ['of another object', { ...event, subscriptionType: 'object.creation', objectTypeId: '0-2' }],
    ['of another kind', { ...event, subscriptionType: 'deal.creation' }],
    ['of no account', { ...event, portalId: undefined }],
    ['whose id is none', { ...event, objectId: '1; DROP' }],
    ['whose id is too large to be true', { ...event, objectId: 2 ** 60 }],
    ['that are none', null],
  ])('%s are left out', (_what, given) => {
    expect(readEvents(given)).toEqual([]);
  });

  it('may be more than a hundred', () => {
    const events = Array.from({ length: 250 }, (_, index) => ({ ...event, objectId: index }));
    expect(readEvents(...events)[0]?.records).toHaveLength(250);
  });

  it('must be a list', () => {
    expect(codeOf({ body: '{}' })).toBe('BAD_USER_INPUT');
  });
});
