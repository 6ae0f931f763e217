import type { IntegrationSettings } from '../../src/domain/index.js';

/** As a new integration has them. */
export const settings: IntegrationSettings = {
  syncEveryMinutes: null,
  direction: 'PULL',
  conflictPolicy: 'NEWEST_WINS',
  massDeleteLimit: 0.2,
  salesforceObjects: ['Contact', 'Lead'],
};
