import { hashSeed } from '../people/random.js';

/** The owner of an account, as Google knows them; the same for the same name. */
export interface AccountIdentity {
  /** Google's number of the account: the `sub` of its tokens and the id of its own profile. */
  readonly subject: string;
  readonly email: string;
  readonly displayName: string;
}

/** What is known of an account without making its contacts. */
export function identifyAccount(name: string): AccountIdentity {
  const digits = [0, 1].map((part) => String(hashSeed('google', part, name)).padStart(10, '0'));
  const local = name.toLowerCase().replace(/[^a-z0-9.+_-]+/g, '-');
  return { subject: `1${digits.join('')}`, email: `${local}@gmail.test`, displayName: `Owner of ${name}` };
}
