import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LimitBook } from '../control/limit-book.js';
import type { CallOf } from '../control/platform.js';
import type { Account, AccountBook } from './accounts.js';
import type { HubspotLimitName } from './limits.js';
import type { GrantBook } from './oauth/grant-book.js';
import { describeRates } from './rate-headers.js';
import { type HubspotRefusal, missingScopes, overLimit, unauthenticated } from './replies.js';

/** How a call is counted: search has a limit of its own and shows no rate headers. */
type CallKind = 'plain' | 'search';

/** A hook that lets a call in or throws HubspotRefusal. */
type GateHook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * The way in to the CRM endpoints: who calls, whether they may, and whether they come too often.
 * It counts by the call's logged moment of arrival, so that the log of calls and the limits agree.
 */
export class Gate {
  private readonly callers = new WeakMap<FastifyRequest, Account>();

  constructor(
    private readonly grants: GrantBook,
    private readonly accounts: AccountBook,
    private readonly limits: LimitBook<HubspotLimitName>,
    private readonly callOf: CallOf,
  ) {}

  /** Lets calls in whose token has one of the scopes. */
  admit(scopes: readonly string[], kind: CallKind = 'plain'): GateHook {
    return async (request, reply) => {
      const account = this.identify(request, scopes);
      this.callers.set(request, account);
      const now = this.callOf(request).at;
      const refusal = kind === 'search' ? this.countSearch(account, now) : this.countPlain(account, now);
      if (kind === 'plain') this.showLimits(account, now, reply);
      if (refusal) throw refusal;
    };
  }

  /** The account of a call that was let in. */
  callerOf(request: FastifyRequest): Account {
    return this.callers.get(request)!;
  }

  private identify(request: FastifyRequest, scopes: readonly string[]): Account {
    const token = readBearer(request);
    if (token === undefined) throw unauthenticated();
    const claims = this.grants.checkAccess(token, Date.now());
    if (!scopes.some((it) => claims.scopes.includes(it))) throw missingScopes(scopes);
    return this.accounts.get(claims.account);
  }

  private countPlain(account: Account, now: number): HubspotRefusal | undefined {
    const { tenSecondly, daily } = this.limits.of(account.name);
    if (isReached(account.daily.count(now), daily)) return overLimit('DAILY');
    if (!account.tenSecondly.admit(now, tenSecondly)) return overLimit('TEN_SECONDLY_ROLLING');
    account.daily.add(now);
    return undefined;
  }

  private countSearch(account: Account, now: number): HubspotRefusal | undefined {
    const { searchPerSecond, daily } = this.limits.of(account.name);
    if (isReached(account.daily.count(now), daily)) return overLimit('DAILY');
    if (!account.searchSecondly.admit(now, searchPerSecond)) return overLimit('SECONDLY');
    account.daily.add(now);
    return undefined;
  }

  private showLimits(account: Account, now: number, reply: FastifyReply): void {
    const used = { tenSecondly: account.tenSecondly.count(now), daily: account.daily.count(now) };
    reply.headers(describeRates(this.limits.of(account.name), used));
  }
}

/** The bearer token that a request shows, undefined without one. */
export function readBearer(request: FastifyRequest): string | undefined {
  const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ');
  return scheme.toLowerCase() === 'bearer' ? token : undefined;
}

function isReached(count: number, limit: number | null): boolean {
  return limit !== null && count >= limit;
}
