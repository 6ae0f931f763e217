import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createBrokenRequestHandler } from '../../../src/api/rest/broken-requests.js';
import { readUpload, SilentClient } from '../../../src/api/rest/upload.js';

const head = 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';

/** A server that gives a whole request a tenth of a second, and spares its uploads that if told so. */
async function openServer(options: { isSpared: boolean; silenceMs: number }) {
  const longUploads = new WeakSet<Socket>();
  const read: Promise<unknown>[] = [];
  const server = createServer(
    { requestTimeout: 100, headersTimeout: 100, connectionsCheckingInterval: 20 },
    (request, reply) => {
      if (options.isSpared) longUploads.add(request.socket);
      const whole = readAll(request, options.silenceMs).catch((error: unknown) => error);
      read.push(whole);
      void whole.then((it) => reply.end(String(it)));
    },
  );
  server.on('clientError', createBrokenRequestHandler(longUploads) as () => void);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
  socket.on('error', () => {});
  onTestFinished(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { server, socket, read };
}

async function readAll(request: IncomingMessage, silenceMs: number): Promise<string> {
  let text = '';
  for await (const chunk of readUpload(request, silenceMs)) text += chunk;
  return text;
}

const timeLimitMet = (server: Server) => once(server, 'clientError');

test('an upload goes on past the limit for whole requests', async () => {
  const { server, socket } = await openServer({ isSpared: true, silenceMs: 60_000 });
  socket.write(`${head}3\r\nabc\r\n`);
  await timeLimitMet(server);
  socket.write('3\r\ndef\r\n0\r\n\r\n');
  expect((await once(socket, 'data'))[0]).toMatch(/^HTTP\/1.1 200 OK[\s\S]*abcdef$/);
});

test('another request that takes too long is answered in JSON and cut', async () => {
  const { socket } = await openServer({ isSpared: false, silenceMs: 60_000 });
  socket.write(`${head}3\r\nabc\r\n`);
  const [text] = await once(socket, 'data');
  expect(text).toMatch(/^HTTP\/1.1 408 /);
  expect(JSON.parse(text.split('\r\n\r\n')[1])).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  await once(socket, 'close');
});

test('an upload of which nothing more comes is given up', async () => {
  const { server, socket, read } = await openServer({ isSpared: true, silenceMs: 50 });
  socket.write(`${head}3\r\nabc\r\n`);
  await once(server, 'request');
  expect(await read[0]).toBeInstanceOf(SilentClient);
});

test('an upload that breaks off is an error, not an end', async () => {
  const { server, socket, read } = await openServer({ isSpared: true, silenceMs: 60_000 });
  socket.write(`${head}3\r\nabc\r\n`);
  await once(server, 'request');
  socket.destroy();
  expect(await read[0]).toMatchObject({ code: 'ECONNRESET' });
});

test('what is no HTTP is refused in JSON', async () => {
  const { socket } = await openServer({ isSpared: true, silenceMs: 60_000 });
  socket.write('hello\r\n\r\n');
  expect((await once(socket, 'data'))[0]).toMatch(/^HTTP\/1.1 400 Bad Request[\s\S]*BAD_USER_INPUT/);
});
