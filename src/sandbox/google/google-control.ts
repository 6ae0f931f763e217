import type { FastifyInstance } from 'fastify';
import {
  ControlInputError,
  DEFAULT_ACCOUNT,
  readAccount,
  readCount,
  readFlag,
  readObject,
  refuseUnknown,
} from '../control/control-input.js';
import type { Account, AccountBook } from './accounts.js';
import type { SyncTokens } from './sync-tokens.js';

const DAY_MS = 86_400_000;
const MOST_DAYS = 3_650;

/**
 * Control calls that only Google has; without an account they mean `demo`:
 * `POST /google/sync-tokens { ageDays }` makes the account's sync tokens that much older,
 * `DELETE /google/page-tokens` makes all its page tokens expire, and
 * `PUT /google/api { enabled }` switches the People API on or off for it.
 */
export function registerGoogleControl(app: FastifyInstance, accounts: AccountBook): void {
  const find = (request: { query: unknown; body: unknown }): Account =>
    accounts.get(readAccount(request.query, request.body) ?? DEFAULT_ACCOUNT);

  app.post('/google/sync-tokens', (request) => {
    const body = readObject(request.body);
    refuseUnknown(body, ['ageDays']);
    const ageDays = readCount(body, 'ageDays', 0, 1, MOST_DAYS);
    if (ageDays === 0) throw new ControlInputError('Nothing to do; name ageDays.');
    const account = find(request);
    for (const tokens of listTokens(account)) tokens.age(ageDays * DAY_MS);
    return { account: account.name, ageDays };
  });
  app.delete('/google/page-tokens', (request) => {
    const account = find(request);
    account.list.expirePages();
    account.others.list.expirePages();
    return { account: account.name };
  });
  app.put('/google/api', (request) => {
    const body = readObject(request.body);
    refuseUnknown(body, ['enabled']);
    const enabled = readFlag(body, 'enabled');
    if (enabled === undefined) throw new ControlInputError('Nothing to do; name enabled.');
    const account = find(request);
    account.isServed = enabled;
    return { account: account.name, enabled };
  });
}

function listTokens({ list, others, groupTokens }: Account): SyncTokens[] {
  return [list.tokens, others.list.tokens, groupTokens];
}
