import type {
  RunBrake,
  RunPurpose,
  SyncDirection,
  SyncMode,
  SyncPhase,
  SyncRunStatus,
  SyncTrigger,
} from '../../domain/index.js';
import { defineEnum } from '../enum.js';

export const SyncDirectionEnum = defineEnum<SyncDirection>('SyncDirection', 'Which way changes travel.', {
  PULL: 'From the CRM to here.',
  PUSH: 'From here to the CRM.',
  TWO_WAY: 'Both ways.',
});

export const SyncModeEnum = defineEnum<SyncMode>('SyncMode', 'How much a run reads.', {
  INCREMENTAL: 'What changed since the last run.',
  FULL: 'Everything.',
});

export const SyncTriggerEnum = defineEnum<SyncTrigger>('SyncTrigger', 'Why a run was started.', {
  USER: 'Its user asked for it.',
  SCHEDULE: 'The time that the settings name had come.',
  CHANGE: 'The CRM told of changes.',
});

export const SyncPurposeEnum = defineEnum<RunPurpose>('SyncPurpose', 'What a run is for.', {
  SYNC: 'To bring both sides in step.',
  PUSH: 'To send contacts that its user chose.',
  RETRY: 'To try again what failed in another run.',
  UNDO: 'To put back what another run changed.',
});

export const SyncBrakeEnum = defineEnum<RunBrake>(
  'SyncBrake',
  'What a run does not begin before its user approves.',
  {
    MASS_DELETE:
      'The CRM has deleted more of the linked contacts than massDeleteLimit allows to delete here.',
    MASS_DELETE_IN_CRM: 'It would delete more of the linked records in the CRM than massDeleteLimit allows.',
    FIRST_PUSH: 'Nothing was ever sent to this account, and it holds contacts already.',
  },
);

export const SyncRunStatusEnum = defineEnum<SyncRunStatus>('SyncRunStatus', 'How a run stands.', {
  QUEUED: 'Waits for a worker.',
  RUNNING: 'At work.',
  WAITING_FOR_QUOTA: "Waits until the CRM's API allowance lets it go on.",
  PAUSED: 'Held by the user; resumeSync lets it go on.',
  AWAITING_APPROVAL: 'Stopped before something big, until the user approves.',
  SUCCEEDED: 'Over; every record was taken.',
  PARTIALLY_SUCCEEDED: 'Over; some records failed, recordErrors says which.',
  FAILED: 'Over before its end; the error says why.',
  CANCELLED: 'Ended by the user.',
});

export const SyncPhaseEnum = defineEnum<SyncPhase>('SyncPhase', 'What a run is doing.', {
  QUEUED: 'Nothing yet.',
  PULLING: 'Reading from the CRM.',
  PUSHING: 'Writing to the CRM.',
  RECONCILING: 'Looking for what was deleted.',
  DONE: 'Nothing any more.',
});
