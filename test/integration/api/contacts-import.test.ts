import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Api } from '../../../src/api/index.js';
import type { Commands } from '../../../src/commands/index.js';
import { AppError } from '../../../src/domain/index.js';
import { waitFor } from '../../support/services.js';
import { csv, send } from './file-caller.js';
import { openTestApi, tokenOf } from './open-test-api.js';

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

  test('of which nothing more comes is given up, and tells what was imported', async () => {
    const importContacts = importing();
    const api = await openTestApi({ commands: { importContacts } });
    const socket = (await beginImport(api, 1_000_000)).setEncoding('utf8');
    socket.write(`Email\n${'a@b.ch\n'.repeat(1_100)}`);
    await waitFor(() => importContacts.mock.calls.length > 0, { timeoutMs: 10_000, what: 'the first batch' });
    let answer = '';
    socket.on('data', (text: string) => {
      answer += text;
    });
    const closed = once(socket, 'close');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    socket.write('late@example.com\n'); // a wait that begins now is by the clock that we turn
    const hasAnswer = () => {
      vi.advanceTimersByTime(30_000);
      return answer.startsWith('HTTP/1.1 408 ');
    };
    await waitFor(hasAnswer, { timeoutMs: 10_000, what: 'the answer' });
    vi.useRealTimers();
    await closed;
    expect(JSON.parse(answer.split('\r\n\r\n')[1] as string)).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      imported: { created: 999, updated: 1 },
    });
  });
});
