import type { LimitBook } from '../control/limit-book.js';
import type { DiscoveryCheck } from './discovery-check.js';
import type { Gate } from './gate.js';
import type { GoogleLimitName } from './limits.js';

/** What the routes of the People API need. */
export interface PeopleContext {
  readonly gate: Gate;
  readonly document: DiscoveryCheck;
  readonly limits: LimitBook<GoogleLimitName>;
}
