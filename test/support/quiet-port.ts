import { createServer } from 'node:net';

/** Room for the sandboxes of the three CRMs, which listen on ports in a row. */
const inARow = 4;

/**
 * A port that is free, as are the ones behind it. Below the ports that the system hands out by itself, so that none is
 * taken between the look and the start.
 */
export async function findQuietPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor((Math.random() * 10_000) / inARow) * inARow;
    const row = Array.from({ length: inARow }, (_, index) => isFree(port + index));
    if ((await Promise.all(row)).every(Boolean)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isMine = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (isMine) await new Promise((resolve) => server.close(resolve));
  return isMine;
}
