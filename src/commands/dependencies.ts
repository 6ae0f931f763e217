import type { Connectors } from '../connectors/index.js';
import type { Events } from '../events/index.js';
import type { AdvanceQueue, Schedules } from '../queue/index.js';
import type { Logger } from '../runtime/index.js';
import type { Store } from '../store/index.js';

/** What the desk works with. */
export interface CommandDeps {
  readonly store: Store;
  readonly queue: AdvanceQueue;
  readonly schedules: Schedules;
  readonly events: Events;
  readonly connectors: Connectors;
  readonly log: Logger;
  /** Where the CRM sends the browser back to, by platform in lower case: `<publicUrl>/oauth/<platform>/callback`. */
  readonly publicUrl: string;
  /** Origins that a user may be sent on to after connecting. */
  readonly appOrigins: readonly string[];
}
