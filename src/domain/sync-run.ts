import type { Platform } from './platform.js';
import type { SyncVerification } from './verification.js';

export const syncDirections = ['PULL', 'PUSH', 'TWO_WAY'] as const;
export type SyncDirection = (typeof syncDirections)[number];

export const syncModes = ['INCREMENTAL', 'FULL'] as const;
export type SyncMode = (typeof syncModes)[number];

/** Why a run was started. */
export const syncTriggers = ['USER', 'SCHEDULE', 'CHANGE'] as const;
export type SyncTrigger = (typeof syncTriggers)[number];

/** What a run is for: a sync; contacts that its user chose; what failed in another run; taking another run back. */
export const runPurposes = ['SYNC', 'PUSH', 'RETRY', 'UNDO'] as const;
export type RunPurpose = (typeof runPurposes)[number];

/** What stops a run until its user approves: many deletions here, or in the CRM; the first push into a CRM with contacts. */
export const runBrakes = ['MASS_DELETE', 'MASS_DELETE_IN_CRM', 'FIRST_PUSH'] as const;
export type RunBrake = (typeof runBrakes)[number];

export const syncRunStatuses = [
  'QUEUED',
  'RUNNING',
  'WAITING_FOR_QUOTA',
  'PAUSED',
  'AWAITING_APPROVAL',
  'SUCCEEDED',
  'PARTIALLY_SUCCEEDED',
  'FAILED',
  'CANCELLED',
] as const;
export type SyncRunStatus = (typeof syncRunStatuses)[number];

export const syncPhases = ['QUEUED', 'PULLING', 'PUSHING', 'RECONCILING', 'DONE'] as const;
export type SyncPhase = (typeof syncPhases)[number];

/** The statuses of a run that is not over: at most one such run per user and platform. */
export const activeStatuses = [
  'QUEUED',
  'RUNNING',
  'WAITING_FOR_QUOTA',
  'PAUSED',
  'AWAITING_APPROVAL',
] as const;

/** The statuses in which a worker may take the run up. */
export const workableStatuses = ['QUEUED', 'RUNNING', 'WAITING_FOR_QUOTA'] as const;

/** What a user may ask of a run, from which statuses, and where that leads. */
export const runActions = {
  pause: { from: ['QUEUED', 'RUNNING', 'WAITING_FOR_QUOTA'], to: 'PAUSED' },
  resume: { from: ['PAUSED'], to: 'QUEUED' },
  cancel: { from: [...activeStatuses], to: 'CANCELLED' },
  approve: { from: ['AWAITING_APPROVAL'], to: 'QUEUED' },
} as const satisfies Record<string, { from: readonly SyncRunStatus[]; to: SyncRunStatus }>;
export type RunAction = keyof typeof runActions;

export function isActive(status: SyncRunStatus): boolean {
  return (activeStatuses as readonly SyncRunStatus[]).includes(status);
}

export interface SyncCounts {
  /** Records read from the CRM, or sent to it. */
  readonly processed: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly failed: number;
  readonly conflicts: number;
}

export interface SyncError {
  readonly code: string;
  /** Words that a user can act on. */
  readonly message: string;
  readonly retryable: boolean;
}

/** One execution for a user and platform, as clients see it. It outlives jobs. */
export interface SyncRun extends SyncCounts {
  readonly id: string;
  readonly platform: Platform;
  readonly direction: SyncDirection;
  readonly mode: SyncMode;
  readonly trigger: SyncTrigger;
  readonly purpose: RunPurpose;
  /** Of a retry and of an undo: which run is retried or undone. */
  readonly ofRunId: string | null;
  readonly dryRun: boolean;
  readonly status: SyncRunStatus;
  readonly phase: SyncPhase;
  /** Strictly rises with every change of the row. */
  readonly sequence: number;
  /** The CRM's own total, when it tells one. */
  readonly total: number | null;
  readonly waitingFor: string | null;
  /** What it waits for its user's approval of; of a dry run what the run would wait for first. */
  readonly brake: RunBrake | null;
  /** When a run that waits goes on. */
  readonly goesOnAt: Date | null;
  /** Calls to the CRM that it has made; of a dry run with those that sending would take. */
  readonly apiCalls: number;
  readonly error: SyncError | null;
  /** Of a run that read everything, some time after its end; null before, and for other runs. */
  readonly verification: SyncVerification | null;
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly updatedAt: Date;
}

/** A snapshot of a run's progress; the unit of every event. */
export interface SyncProgress extends SyncCounts {
  readonly syncRunId: string;
  readonly platform: Platform;
  readonly sequence: number;
  readonly status: SyncRunStatus;
  readonly phase: SyncPhase;
  readonly total: number | null;
  /** 0 to 1; null while the total is unknown. */
  readonly fraction: number | null;
  readonly estimatedFinishAt: Date | null;
  readonly waitingFor: string | null;
  readonly goesOnAt: Date | null;
  readonly at: Date;
}

/** What the run looks like to those who watch it. Pure: the same row gives the same snapshot. */
export function progressOf(run: SyncRun): SyncProgress {
  const done = !isActive(run.status);
  return {
    syncRunId: run.id,
    platform: run.platform,
    sequence: run.sequence,
    status: run.status,
    phase: run.phase,
    total: run.total,
    fraction: fractionOf(run),
    estimatedFinishAt: done ? null : estimateFinish(run),
    waitingFor: run.waitingFor,
    goesOnAt: run.goesOnAt,
    at: run.updatedAt,
    ...countsOf(run),
  };
}

/** It never goes back: of a run that sends, reading is the first half, for how much there is to send is known after it. */
function fractionOf(run: SyncRun): number | null {
  if (run.status === 'SUCCEEDED' || run.status === 'PARTIALLY_SUCCEEDED') return 1;
  if (run.total === null) return null;
  const share = run.total === 0 ? 1 : Math.min(run.processed / run.total, 1);
  if (!sendsToCrm(run)) return share;
  return run.phase === 'PUSHING' || run.phase === 'DONE' ? Math.max(0.5, share) : share / 2;
}

/** What a CRM tells of between two syncs is only taken in. */
export function sendsToCrm({ direction, trigger }: SyncRun): boolean {
  return direction !== 'PULL' && trigger !== 'CHANGE';
}

function countsOf(run: SyncCounts): SyncCounts {
  const { processed, created, updated, unchanged, deleted, failed, conflicts } = run;
  return { processed, created, updated, unchanged, deleted, failed, conflicts };
}

/** Where the pace so far leads; null before there is a pace. */
function estimateFinish(run: SyncRun): Date | null {
  if (run.startedAt === null || run.total === null || run.processed === 0) return null;
  const left = Math.max(run.total - run.processed, 0);
  const elapsedMs = run.updatedAt.getTime() - run.startedAt.getTime();
  return new Date(run.updatedAt.getTime() + (elapsedMs / run.processed) * left);
}
