import type { FastifyRequest } from 'fastify';
import type { LimitBook } from '../control/limit-book.js';
import type { CallOf } from '../control/platform.js';
import type { TokenClaims } from '../oauth/token-seal.js';
import type { Account, AccountBook } from './accounts.js';
import type { DiscoveryCheck } from './discovery-check.js';
import type { GoogleLimitName } from './limits.js';
import { describeMethod, METHODS, type MethodId } from './methods.js';
import { readBearer } from './oauth/bearer.js';
import type { GrantBook } from './oauth/grant-book.js';
import {
  insufficientScopes,
  overFixedQuota,
  overQuota,
  serviceDisabled,
  unauthenticated,
} from './replies.js';

/** A hook that lets a call in or throws GoogleRefusal. */
type GateHook = (request: FastifyRequest) => Promise<void>;

/** Who calls. */
export interface Caller {
  readonly account: Account;
  readonly claims: TokenClaims;
}

/**
 * The way in to the People API: who calls, whether they may, and whether they come too often. It counts by
 * the call's logged moment of arrival, so that the log of calls and the limits agree.
 */
export class Gate {
  private readonly callers = new WeakMap<FastifyRequest, Caller>();

  constructor(
    private readonly grants: GrantBook,
    private readonly accounts: AccountBook,
    private readonly limits: LimitBook<GoogleLimitName>,
    private readonly document: DiscoveryCheck,
    private readonly callOf: CallOf,
  ) {}

  /** Lets calls in whose token has one of the method's scopes. */
  admit(method: MethodId): GateHook {
    return async (request) => {
      const caller = this.identify(request, method);
      this.callers.set(request, caller);
      const { readsPerMinute, writesPerMinute } = this.limits.of(caller.account.name);
      const { quota } = METHODS[method];
      const limit = quota === 'read' ? readsPerMinute : writesPerMinute;
      if (!caller.account.calls[quota].admit(this.callOf(request).at, limit)) throw overQuota(quota);
    };
  }

  /** Counts the first page of a full sync, or throws GoogleRefusal (429). */
  countFullSync(request: FastifyRequest): void {
    const { account } = this.callerOf(request);
    const { fullSyncsPerMinute } = this.limits.of(account.name);
    const isAdmitted = account.calls.fullSync.admit(this.callOf(request).at, fullSyncsPerMinute);
    if (!isAdmitted) throw overFixedQuota();
  }

  /** Who made a call that was let in. */
  callerOf(request: FastifyRequest): Caller {
    return this.callers.get(request)!;
  }

  private identify(request: FastifyRequest, method: MethodId): Caller {
    const token = readBearer(request);
    if (token === undefined) throw unauthenticated('CREDENTIALS_MISSING', describeMethod(method));
    const claims = this.grants.findAccess(token);
    if (!claims) throw unauthenticated('ACCESS_TOKEN_EXPIRED', describeMethod(method));
    const account = this.accounts.get(claims.account);
    if (!account.isServed) throw serviceDisabled();
    const scopes = this.document.scopesOf(method);
    const isAllowed = scopes.some((it) => claims.scopes.includes(it));
    if (!isAllowed) throw insufficientScopes(describeMethod(method), scopes);
    return { account, claims };
  }
}
