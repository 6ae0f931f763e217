import { request } from 'undici';
import type { Api } from '../../../src/api/index.js';
import { tokenOf } from './open-test-api.js';

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

export const csv = { 'content-type': 'text/csv' };

/** POSTs the body where there is one; signed in as alice unless `headers` has another authorization, '' for none. */
export async function send(
  api: Api,
  path: string,
  init: { headers?: Record<string, string>; body?: string } = {},
): Promise<Reply> {
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
