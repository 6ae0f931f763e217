import { request } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import type { Commands, ExportedContact } from '../../../src/commands/index.js';
import { AppError, badInput } from '../../../src/domain/index.js';
import { waitFor } from '../../support/services.js';
import { fakeContact } from '../../unit/api/fake-commands.js';
import { csv, send } from './file-caller.js';
import { openTestApi, tokenOf } from './open-test-api.js';

const exported = (id: string): ExportedContact => ({
  contact: fakeContact(id, { firstName: `First ${id}` }),
  externalIds: { SALESFORCE: '003' },
});

describe('an export', () => {
  const pagesOf = (...pages: (ExportedContact[] | Error)[]) =>
    vi.fn<Commands['exportContacts']>(async function* () {
      for (const page of pages) {
        if (page instanceof Error) throw page;
        yield page;
      }
    });

  test('as CSV has all pages, a header, and says what it is', async () => {
    const exportContacts = pagesOf([exported('1')], [], [exported('2')]);
    const api = await openTestApi({ commands: { exportContacts } });
    const reply = await send(
      api,
      '/contacts.csv?search=M%C3%BCller&source=api,hubspot&inPlatform=salesforce',
    );
    expect(exportContacts).toHaveBeenCalledWith('user-of-alice', {
      search: 'Müller',
      source: ['API', 'HUBSPOT'],
      inPlatform: 'SALESFORCE',
    });
    expect(reply).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': 'attachment; filename="contacts.csv"',
        'cache-control': 'no-store',
      },
    });
    expect(reply.text.split('\r\n')).toEqual([
      'id,firstName,lastName,email,phone,company,title,source,createdAt,updatedAt,hubspotId,salesforceId,googleId',
      '1,First 1,,not really an address,,,,HUBSPOT,2025-03-04T05:06:07.000Z,2025-03-04T05:06:07.000Z,,003,',
      '2,First 2,,not really an address,,,,HUBSPOT,2025-03-04T05:06:07.000Z,2025-03-04T05:06:07.000Z,,003,',
      '',
    ]);
  });

  test('as vCards has a card per contact', async () => {
    const api = await openTestApi({
      commands: { exportContacts: pagesOf([exported('1')], [exported('2')]) },
    });
    const reply = await send(api, '/contacts.vcf');
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'text/vcard; charset=utf-8' } });
    expect(reply.text.match(/^BEGIN:VCARD\r$/gm)).toHaveLength(2);
  });

  test('of nothing is a header, or an empty file', async () => {
    const api = await openTestApi({ commands: { exportContacts: pagesOf([]) } });
    expect((await send(api, '/contacts.csv')).text).toMatch(/^id,.*\r\n$/);
    expect(await send(api, '/contacts.vcf')).toMatchObject({ status: 200, text: '' });
  });

  test.each([
    ['colour=red', 'colour'],
    ['__proto__=red', '__proto__'],
    ['source=MYSPACE', 'source'],
    ['source=', 'source'],
    ['inPlatform=API', 'inPlatform'],
    ['search=a&search=b', 'search'],
  ])('with ?%s is refused', async (query, field) => {
    const api = await openTestApi({ commands: { exportContacts: pagesOf([]) } });
    const reply = await send(api, `/contacts.csv?${query}`);
    expect([reply.status, JSON.parse(reply.text)]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_USER_INPUT', field } }] },
    ]);
  });

  test.each([
    [badInput('search', 'words'), 400],
    [new AppError('UNAVAILABLE', 'words'), 503],
  ])('that cannot begin is answered in JSON: %s', async (error, status) => {
    const api = await openTestApi({ commands: { exportContacts: pagesOf(error) } });
    const reply = await send(api, '/contacts.csv');
    expect([reply.status, JSON.parse(reply.text)]).toMatchObject([
      status,
      { errors: [{ message: 'words', extensions: { code: error.code } }] },
    ]);
  });

  test('that cannot go on breaks off, so that nobody takes it for whole', async () => {
    const exportContacts = pagesOf([exported('1')], new Error('zq-secret'));
    const api = await openTestApi({ commands: { exportContacts } });
    await expect(send(api, '/contacts.csv')).rejects.toThrow();
    expect(api.logged.filter((line) => line.level === 50)).toHaveLength(1);
  });

  test('ends when its client is gone, and does not run ahead of it', async () => {
    let pages = 0;
    let isOver = false;
    const page = Array.from({ length: 1_000 }, (_, n) => exported(String(n)));
    const exportContacts: Commands['exportContacts'] = async function* () {
      try {
        for (;;) {
          pages += 1;
          yield page;
        }
      } finally {
        isOver = true;
      }
    };
    const api = await openTestApi({ commands: { exportContacts } });
    const reply = await request(`${api.url}/contacts.csv`, {
      headers: { authorization: `Bearer ${await tokenOf('alice')}` },
    });
    const chunks = reply.body[Symbol.asyncIterator]();
    await chunks.next();
    reply.body.destroy();
    await waitFor(() => isOver, { timeoutMs: 10_000, what: 'the end of the export' });
    expect(pages).toBeLessThan(200);
  });
});

test.each(['/contacts.csv', '/contacts.vcf', '/contacts/import'])(
  '%s is for who is signed in',
  async (path) => {
    const api = await openTestApi();
    for (const authorization of ['', 'Bearer none', 'Basic YTpi']) {
      const init = {
        headers: { ...csv, authorization },
        ...(path.endsWith('import') && { body: 'Email\na\n' }),
      };
      const reply = await send(api, path, init);
      expect([reply.status, reply.headers['www-authenticate'], JSON.parse(reply.text)]).toMatchObject([
        401,
        'Bearer',
        { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      ]);
    }
  },
);

test('a page of an app of ours may read and send them', async () => {
  const api = await openTestApi({ commands: { exportContacts: async function* () {} } });
  const origin = 'https://app.example.com';
  const reply = await send(api, '/contacts.csv', { headers: { origin } });
  expect(reply.headers['access-control-allow-origin']).toBe(origin);
});
