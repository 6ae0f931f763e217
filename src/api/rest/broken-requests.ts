import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

const answers: Readonly<Record<string, { status: number; message: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: 'The request took too long to come.' },
  HPE_HEADER_OVERFLOW: { status: 431, message: 'The headers are too large.' },
};
const unreadable = { status: 400, message: 'The request cannot be read.' };

/**
 * Answers what is no whole HTTP request, in the shape of all errors, and ends its connection. Node tells once of a
 * request that takes longer than the server allows: a connection in `longUploads` may go on.
 */
export function createBrokenRequestHandler(longUploads: WeakSet<Socket>) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && longUploads.has(socket)) return;
    const { status, message } = answers[error.code ?? ''] ?? unreadable;
    const body = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] });
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\n`;
    if (socket.writable)
      socket.write(`${head}content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    socket.destroy(error);
  };
}
