import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeAfterFile } from '../../support/close-after-file.js';

interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (request: SeenRequest, response: ServerResponse, number: number) => void;

interface LoopbackServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** What the next requests get; `number` counts them from 1. */
  answer: Answer;
}

/** A CRM of a few lines, for what only real connections show. */
export async function openLoopbackServer(): Promise<LoopbackServer> {
  const seen: SeenRequest[] = [];
  const it: { answer: Answer } = { answer: (_, response) => response.end() };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
      const { method = '', headers } = request;
      const one = { method, path: pathname, query: searchParams, headers, body };
      seen.push(one);
      it.answer(one, response, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAfterFile(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return Object.assign(it, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}
