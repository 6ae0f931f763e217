import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LimitBook } from '../../control/limit-book.js';
import type { CallOf } from '../../control/platform.js';
import type { SalesforceLimitName } from '../limits.js';
import type { GrantBook } from '../oauth/grant-book.js';
import { allowsApi } from '../oauth/scopes.js';
import type { TokenClaims } from '../oauth/token-seal.js';
import type { Org, OrgBook } from '../orgs.js';
import { refuse, sessionExpired, totalRequestsExceeded } from '../replies.js';
import { readSession } from '../session.js';
import { describeUsage } from '../usage-header.js';
import { checkVersion } from './api-versions.js';

/** Who calls. */
export interface Caller {
  readonly org: Org;
  readonly userId: string;
}

/**
 * The way in to the data: who calls, whether they may, and whether the org has requests left. It counts by the
 * call's logged moment of arrival, so that the log of calls and the limit agree.
 */
export class Gate {
  private readonly callers = new WeakMap<FastifyRequest, Caller>();

  constructor(
    private readonly grants: GrantBook,
    private readonly orgs: OrgBook,
    private readonly limits: LimitBook<SalesforceLimitName>,
    private readonly callOf: CallOf,
  ) {}

  /** A hook that lets REST calls in. Throws SalesforceRefusal. */
  readonly admit = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const caller = this.identify(request);
    this.callers.set(request, caller);
    const { org } = caller;
    const now = this.callOf(request).at;
    const { daily } = this.limits.of(org.name);
    const isAdmitted = org.usage.admit(now, daily);
    reply.headers(describeUsage(org.usage.count(now), daily));
    if (!isAdmitted) throw totalRequestsExceeded();
    checkVersion((request.params as { version: string }).version);
  };

  /** The caller of a call that was let in. */
  callerOf(request: FastifyRequest): Caller {
    return this.callers.get(request)!;
  }

  /** Counts more calls than the one, for a request that holds several. */
  countMore(org: Org, calls: number, now: number): void {
    const { daily } = this.limits.of(org.name);
    for (let index = 0; index < calls; index++) {
      if (!org.usage.admit(now, daily)) throw totalRequestsExceeded();
    }
  }

  private identify(request: FastifyRequest): Caller {
    const session = readSession(request);
    if (session === undefined) throw sessionExpired();
    return this.enter(this.grants.checkAccess(session, Date.now()));
  }

  private enter({ account, user, scopes }: TokenClaims): Caller {
    if (!allowsApi(scopes)) {
      throw refuse(403, 'API_DISABLED_FOR_ORG', 'This session is not valid for use with the REST API');
    }
    const org = this.orgs.get(account);
    return { org, userId: this.orgs.userOf(org, user) };
  }
}
