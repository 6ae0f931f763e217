export { createHubspotConnector, type HubspotOptions } from './connector.js';
export type { HubspotLimits } from './limits.js';
