import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { request } from 'undici';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Api } from '../../../src/api/index.js';
import type { Commands, ExportedContact } from '../../../src/commands/index.js';
import { AppError, badInput } from '../../../src/domain/index.js';
import { waitFor } from '../../support/services.js';
import { fakeContact } from '../../unit/api/fake-commands.js';
import { openTestApi, tokenOf } from './open-test-api.js';

const exported = (id: string): ExportedContact => ({
  contact: fakeContact(id, { firstName: `First ${id}` }),
  externalIds: { SALESFORCE: '003' },
});

async function send(api: Api, path: string, init: { headers?: Record<string, string>; body?: string } = {}) {
  const { authorization = `Bearer ${await tokenOf('alice')}`, ...headers } = init.headers ?? {};
  const {
    statusCode,
    headers: got,
    body,
  } = await request(`${api.url}${path}`, {
    method: init.body === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(authorization !== '' && { authorization }) },
    body: init.body,
  });
  return { status: statusCode, headers: got, text: await body.text() };
}

/** The head of an import, on a connection of its own that ends with the test. */
async function beginImport(api: Api, bytes: number): Promise<Socket> {
  const socket = connectTcp(Number(new URL(api.url).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  const head = `POST /contacts/import HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\ncontent-length: ${bytes}`;
  socket.write(`${head}\r\nauthorization: Bearer ${await tokenOf('alice')}\r\n\r\n`);
  return socket;
}

const csv = { 'content-type': 'text/csv' };

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

describe('an import', () => {
  const importing = () =>
    vi.fn<Commands['importContacts']>(async (_user, inputs) => ({
      created: inputs.length - 1,
      updated: 1,
      unchanged: 0,
      errors: [],
    }));

  test('goes in batches of a thousand, and answers with what came of them', async () => {
    const importContacts = importing();
    const api = await openTestApi({ commands: { importContacts } });
    const rows = Array.from({ length: 2_500 }, (_, n) => `${n}@example.com,x\r\n`).join('');
    const reply = await send(api, '/contacts/import', { headers: csv, body: `Email,Colour\r\n${rows}` });
    expect([reply.status, JSON.parse(reply.text)]).toEqual([
      200,
      {
        ...{ created: 2_497, updated: 3, unchanged: 0, failed: 0 },
        ...{ errors: [], errorsOmitted: 0, ignoredColumns: ['Colour'] },
      },
    ]);
    expect(importContacts.mock.calls.map(([user, inputs, source]) => [user, inputs.length, source])).toEqual([
      ['user-of-alice', 1_000, 'API'],
      ['user-of-alice', 1_000, 'API'],
      ['user-of-alice', 500, 'API'],
    ]);
  });

  test('tells the line of what failed, a thousand of them at most', async () => {
    const importContacts = vi.fn<Commands['importContacts']>(async (_user, inputs) => ({
      ...{ created: 0, updated: 0, unchanged: 0 },
      errors: inputs.map((_input, index) => ({ index, code: 'BAD_USER_INPUT', message: 'words' })),
    }));
    const api = await openTestApi({ commands: { importContacts } });
    const body = `Email\n${'x\n'.repeat(1_200)}`;
    const answer = JSON.parse((await send(api, '/contacts/import', { headers: csv, body })).text);
    expect(answer).toMatchObject({ failed: 1_200, errorsOmitted: 200 });
    expect(answer.errors).toHaveLength(1_000);
    expect(answer.errors[999]).toEqual({ line: 1_001, code: 'BAD_USER_INPUT', message: 'words' });
  });

  test('takes vCards', async () => {
    const importContacts = importing();
    const api = await openTestApi({ commands: { importContacts } });
    const body = 'BEGIN:VCARD\nVERSION:3.0\nN:L;A\nEND:VCARD\nBEGIN:VCARD\n';
    const headers = { 'content-type': 'text/vcard; charset="UTF-8"' };
    const answer = JSON.parse((await send(api, '/contacts/import', { headers, body })).text);
    expect(answer).toMatchObject({ updated: 1, failed: 1, errors: [{ line: 5, card: 2 }] });
    expect(importContacts.mock.calls[0]?.[1]).toEqual([{ lastName: 'L', firstName: 'A' }]);
  });

  test.each([
    [{ 'content-type': 'application/json' }],
    [{ 'content-type': 'text/csv; charset=iso-8859-1' }],
    [{ 'content-type': 'text/csv', 'content-encoding': 'gzip' }],
    [{ 'content-type': '__proto__' }],
    [{}],
  ])('with %o is refused', async (headers: Record<string, string>) => {
    const api = await openTestApi();
    const reply = await send(api, '/contacts/import', { headers, body: 'Email\na@b.ch\n' });
    expect([reply.status, JSON.parse(reply.text)]).toMatchObject([
      415,
      { errors: [{ message: expect.stringContaining('text/csv'), extensions: { code: 'BAD_USER_INPUT' } }] },
    ]);
  });

  test.each(['Colour\nred\n', ''])('of %j is refused', async (body) => {
    const api = await openTestApi();
    const reply = await send(api, '/contacts/import', { headers: csv, body });
    expect([reply.status, JSON.parse(reply.text)]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'body' } }] },
    ]);
  });

  test('is refused before a large body has come; the rest of it is taken in, so that its sender reads why', async () => {
    const socket = await beginImport(await openTestApi(), 10_000_000);
    const written = new Promise((resolve) => socket.write('Colour\n'.padEnd(10_000_000, 'red\n'), resolve));
    const [answer] = await once(socket.setEncoding('utf8'), 'data');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    await written;
  });

  test('that the database ends tells what was imported before', async () => {
    const importContacts = importing()
      .mockImplementationOnce(importing())
      .mockImplementationOnce(async () => {
        throw new AppError('UNAVAILABLE', 'words');
      });
    const api = await openTestApi({ commands: { importContacts } });
    const body = `Email\n${'a@b.ch\n'.repeat(5_000)}`;
    const reply = await send(api, '/contacts/import', { headers: csv, body });
    expect([reply.status, JSON.parse(reply.text)]).toMatchObject([
      503,
      { errors: [{ extensions: { code: 'UNAVAILABLE' } }], imported: { created: 999, updated: 1 } },
    ]);
    expect(importContacts).toHaveBeenCalledTimes(2);
  });

  test('that breaks off keeps its whole batches and nothing of the rest', async () => {
    const importContacts = importing();
    const api = await openTestApi({ commands: { importContacts } });
    const socket = await beginImport(api, 1_000_000);
    socket.write(`Email\n${'a@b.ch\n'.repeat(1_500)}cut@exam`);
    await waitFor(() => importContacts.mock.calls.length > 0, { timeoutMs: 10_000, what: 'the first batch' });
    socket.destroy();
    const isOver = () => api.logged.some((line) => line.msg === 'An upload broke off');
    await waitFor(isOver, { timeoutMs: 10_000, what: 'the end of the import' });
    expect(importContacts).toHaveBeenCalledTimes(1);
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
