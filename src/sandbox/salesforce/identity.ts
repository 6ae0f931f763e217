import { hashSeed } from '../people/random.js';
import { createRecordId } from './records/record-id.js';

/** An org and one of its users, as known without making the org's records. */
export interface Identity {
  readonly account: string;
  readonly user: string;
  readonly orgId: string;
  readonly userId: string;
  readonly username: string;
  readonly email: string;
  /** Of the org: its My Domain. */
  readonly domain: string;
}

/** Ids and names of a user in the org of an account; the same for the same names. */
export function identifyUser(account: string, user: string): Identity {
  const domain = `${account.toLowerCase().replace(/[^a-z0-9-]+/g, '-')}.my.salesforce.test`;
  const local = user.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  return {
    account,
    user,
    orgId: createRecordId('00D', hashSeed('org', account)),
    userId: createRecordId('005', hashSeed('user', account, user)),
    username: `${local}@${domain}`,
    email: `${local}@${domain}`,
    domain,
  };
}
