import { signLocalToken } from '../../src/api/local-token.js';
import { jwtSecret } from './api-client.js';

interface FileReply {
  readonly status: number;
  readonly text: string;
}

/** One request for, or with, a file of contacts; `user` null is nobody. */
export async function sendFile(
  url: string,
  user: string | null,
  path: string,
  file?: { readonly contentType: string; readonly body: string },
): Promise<FileReply> {
  const reply = await fetch(`${url}${path}`, {
    headers: {
      ...(user !== null && { authorization: `Bearer ${await signLocalToken(jwtSecret, user, 3_600)}` }),
      ...(file && { 'content-type': file.contentType }),
    },
    ...(file && { method: 'POST', body: file.body }),
  });
  return { status: reply.status, text: await reply.text() };
}
