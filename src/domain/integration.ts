import type { ConflictPolicy } from './merge.js';
import type { Platform } from './platform.js';
import type { SyncDirection } from './sync-run.js';

export const integrationStates = ['CONNECTED', 'NEEDS_REAUTHORIZATION', 'DISCONNECTED'] as const;
export type IntegrationState = (typeof integrationStates)[number];

export interface IntegrationSettings {
  /** Minutes between automatic syncs; null switches them off. */
  readonly syncEveryMinutes: number | null;
  readonly direction: SyncDirection;
  readonly conflictPolicy: ConflictPolicy;
  /** A run that would delete more than this share of the linked contacts stops and asks (0 to 1). */
  readonly massDeleteLimit: number;
  readonly salesforceObjects: readonly string[];
}

/** One user's account in a CRM, without its credentials. */
export interface Integration {
  readonly id: string;
  readonly platform: Platform;
  readonly state: IntegrationState;
  /** Why the state is NEEDS_REAUTHORIZATION, in words that a user can act on. */
  readonly stateReason: string | null;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly scopes: readonly string[];
  readonly connectedAt: Date | null;
  readonly tokenExpiresAt: Date | null;
  readonly lastSyncedAt: Date | null;
  /** When its schedule comes next; null without a schedule. */
  readonly nextSyncAt: Date | null;
  readonly settings: IntegrationSettings;
}

/** What a CRM's limit still allows, and what it holds back. */
export interface RateBudget {
  readonly limit: number;
  readonly remaining: number;
  readonly windowSeconds: number;
  readonly resetsAt: Date | null;
  readonly waitingRequests: number;
}
