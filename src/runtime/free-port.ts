import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createFileOnce, readIfPresent } from './atomic-file.js';

/** A port of this machine that nobody listens on now. */
export function findFreePort(): Promise<number> {
  return tryPort(0);
}

/** The port that `file` names; undefined when there is none. */
export function readKeptPort(file: string): number | undefined {
  const port = Number(readIfPresent(file)?.trim());
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** The port that `file` names while it is free, else another one, kept there from now on. */
export async function chooseKeptPort(file: string): Promise<number> {
  const kept = readKeptPort(file);
  if (kept !== undefined && (await isFree(kept))) return kept;
  const port = await findFreePort();
  rmSync(file, { force: true });
  createFileOnce(file, `${port}\n`);
  return port;
}

function isFree(port: number): Promise<boolean> {
  return tryPort(port).then(
    () => true,
    () => false,
  );
}

function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
