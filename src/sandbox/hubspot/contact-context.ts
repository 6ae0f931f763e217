import type { LimitBook } from '../control/limit-book.js';
import type { Gate } from './gate.js';
import type { HubspotLimitName } from './limits.js';
import type { OpenApiCheck } from './openapi-check.js';

/** What the contact routes need. */
export interface ContactContext {
  readonly gate: Gate;
  readonly document: OpenApiCheck;
  readonly limits: LimitBook<HubspotLimitName>;
}
