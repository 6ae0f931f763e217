import type { ConflictPolicy, IntegrationState } from '../../domain/index.js';
import { defineEnum } from '../enum.js';

export const IntegrationStateEnum = defineEnum<IntegrationState>(
  'IntegrationState',
  'Whether a platform can be reached for the user.',
  {
    CONNECTED: 'Authorised; syncs can run.',
    NEEDS_REAUTHORIZATION: 'The CRM no longer accepts the authorisation: connect again.',
    DISCONNECTED: 'Never connected, or disconnected.',
  },
);

export const ConflictPolicyEnum = defineEnum<ConflictPolicy>(
  'ConflictPolicy',
  'Who wins where both sides changed a field to different values.',
  {
    NEWEST_WINS: 'The later change.',
    CRM_WINS: 'The CRM.',
    LOCAL_WINS: 'This service.',
    ASK: 'Nobody, until the user has chosen.',
  },
);
