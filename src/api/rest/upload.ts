import type { IncomingMessage } from 'node:http';

/** The client has sent nothing for too long. */
export class SilentClient extends Error {}

/**
 * The body of an upload of any length, read as fast as its reader goes. Only the time in which we wait for the client
 * counts, not what we need ourselves. Leaving early leaves the rest unread and the connection open for the answer.
 * @throws SilentClient when nothing came for `silenceMs`; what the connection throws when it breaks off
 */
export async function* readUpload(request: IncomingMessage, silenceMs: number): AsyncGenerator<Buffer> {
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  let isSilent = false;
  try {
    for (;;) {
      const next = await withinMs(chunks.next(), silenceMs).catch((error) => {
        isSilent = error instanceof SilentClient;
        throw error;
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // A stream that is being waited for cannot be left.
    if (!isSilent) await chunks.return?.();
  }
}

async function withinMs<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new SilentClient()), ms);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
