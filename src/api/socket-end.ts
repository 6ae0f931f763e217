import type { WebSocket } from 'ws';

/** The protocol's code for a socket that may not go on. */
const forbidden = 4403;
/** How long the client may take to answer a close, in ms. */
const closeGraceMs = 5_000;
/** How late, in ms, a clock that was set or that slept may be noticed. */
const recheckMs = 20_000;
/** What a close frame holds, in bytes; our reasons are ASCII. */
const maxReasonLength = 123;

/** Closes with a code and words; a client that does not answer is cut off. */
export function closeSoon(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason.slice(0, maxReasonLength));
  const cut = setTimeout(() => socket.terminate(), closeGraceMs);
  socket.once('close', () => clearTimeout(cut));
}

/** Closes the socket when its token's time is over; its subscriptions end with it. */
export function closeAt(socket: WebSocket, expiresAt: Date): void {
  let timer: NodeJS.Timeout | undefined;
  const check = (): void => {
    const leftMs = expiresAt.getTime() - Date.now();
    if (leftMs <= 0) closeSoon(socket, forbidden, 'The token has expired.');
    // In steps, for a longer timer would overflow and fire at once.
    else timer = setTimeout(check, Math.min(leftMs, recheckMs));
  };
  socket.once('close', () => clearTimeout(timer));
  check();
}
