import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { AppError } from '../../domain/index.js';
import type { Grant } from '../contract.js';
import { send } from '../kit/http.js';
import { choosePrimary } from './choose.js';
import { classify, unreadable } from './errors.js';

interface AccountRequest {
  readonly apiUrl: string;
  readonly accessToken: string;
  readonly dispatcher?: Dispatcher;
}

const deadlineMs = 30_000;

const meShape = z.object({
  resourceName: z.string().regex(/^people\/[\w-]{1,128}$/),
  metadata: z
    .object({ sources: z.array(z.object({ type: z.string(), id: z.string().nullish() })).nullish() })
    .nullish(),
  emailAddresses: z
    .array(
      z.object({
        value: z.string().nullish(),
        metadata: z
          .object({ primary: z.boolean().nullish(), sourcePrimary: z.boolean().nullish() })
          .nullish(),
      }),
    )
    .nullish(),
});

/**
 * Whose account a token is for: `people/me`, as its profile tells. The id is the profile's, which stays when the
 * address or the person's name of a record changes.
 *
 * @throws AppError as `classify` says, CRM_UNAVAILABLE (backoff), CRM_REJECTED when Google names no account.
 */
export async function readAccount({
  apiUrl,
  accessToken,
  dispatcher,
}: AccountRequest): Promise<Grant['account']> {
  const url = new URL(`${apiUrl}/v1/people/me`);
  url.searchParams.set('personFields', 'emailAddresses,metadata');
  url.searchParams.set('sources', 'READ_SOURCE_TYPE_PROFILE');
  const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' };
  const reply = await send('GOOGLE', { method: 'GET', url, headers, deadlineMs }, dispatcher);
  const body = parseJson(reply.text);
  if (reply.status >= 400) throw classify({ status: reply.status, headers: reply.headers, body, at: null });
  if (body === undefined) throw unreadable('an account');
  const parsed = meShape.safeParse(body);
  if (!parsed.success)
    throw new AppError(
      'CRM_REJECTED',
      'Google did not say which account was connected. Connect Google again.',
    );
  const { resourceName, metadata, emailAddresses } = parsed.data;
  const profile = metadata?.sources?.find(
    ({ type, id }) => type === 'PROFILE' && /^\w{1,64}$/.test(id ?? ''),
  );
  const id = profile?.id ?? resourceName.slice('people/'.length);
  return { id, name: choosePrimary(emailAddresses ?? [])?.value || `Google ${id}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
