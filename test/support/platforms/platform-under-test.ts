import type { Connectors } from '../../../src/connectors/index.js';
import type { ContactValues, Platform } from '../../../src/domain/index.js';
import type { SandboxControl } from '../sandbox-control.js';

/** A record of a sandbox as these tests read it: a second reading of the platform's shape, not the connector's. */
export interface CrmRecord {
  readonly externalId: string;
  readonly values: ContactValues;
}

/** One platform with its sandbox, as the list of tests that all platforms share sees it. */
export interface PlatformUnderTest {
  readonly platform: Platform;
  readonly sandbox: SandboxControl;
  readonly connectors: Connectors;
  /** The beginning of the paths of its API. */
  readonly apiPath: string;
  /** Where tokens are renewed. */
  readonly tokenPath: string;
  /** The body and status of a token that has ended are the platform's own; the control API makes them. */
  live(account: string): Promise<CrmRecord[]>;
  /** Makes the bookmark or paging token that our last reading ended with useless, as the platform's time would. */
  expireCursor(account: string): Promise<void>;
  /** Uses up the allowance of the account; the function gives it back. */
  endQuota(account: string): Promise<() => Promise<void>>;
  /** What a run waits in when the allowance is used up. */
  readonly quotaCode: 'QUOTA_EXHAUSTED' | 'RATE_LIMITED';
}
