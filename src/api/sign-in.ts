import type { Commands, UserId } from '../commands/index.js';
import type { Authenticator } from './authenticate.js';
import { createBoundedCache } from './bounded-cache.js';

/** Subjects whose users are remembered: a subject's user never changes, so a request need not ask. */
const rememberedUsers = 10_000;

/** For whom a request or a socket acts, and until when it may. */
export interface Visitor {
  readonly userId: UserId;
  readonly expiresAt: Date;
}

/** @throws AppError UNAUTHENTICATED or UNAVAILABLE */
export type SignIn = (token: string | undefined) => Promise<Visitor>;

/** The way in for both doors: the token is checked each time, its user asked for once. */
export function createSignIn(authenticator: Authenticator, commands: Pick<Commands, 'signIn'>): SignIn {
  const users = createBoundedCache<string, Promise<UserId>>(rememberedUsers);

  function findUser(subject: string): Promise<UserId> {
    const known = users.get(subject);
    if (known) return known;
    const asked = commands.signIn(subject);
    users.set(subject, asked);
    asked.catch(() => users.delete(subject));
    return asked;
  }

  return async (token) => {
    const { subject, expiresAt } = await authenticator.authenticate(token);
    return { userId: await findUser(subject), expiresAt };
  };
}
