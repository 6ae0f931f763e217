import type { Platform } from '../domain/index.js';
import type { Connector } from './contract.js';
import { createGoogleConnector, type GoogleOptions } from './google/index.js';
import { createHubspotConnector, type HubspotOptions } from './hubspot/index.js';
import { createSalesforceConnector, type SalesforceOptions } from './salesforce/index.js';

export { createCapabilityTable } from './capability-table.js';
export type * from './contract.js';
export { createGoogleConnector } from './google/index.js';
export { createHubspotConnector, type HubspotLimits } from './hubspot/index.js';
export type { AllowanceReport, AllowanceRule, Allowances, AllowanceUse } from './kit/allowances.js';
export { createLocalAllowances } from './kit/allowances.local.js';
export { createRedisAllowances } from './kit/allowances.redis.js';
export type { LimitRule, Permits } from './kit/permits.js';
export { createLocalPermits } from './kit/permits.local.js';
export { createRedisPermits } from './kit/permits.redis.js';
export { createSalesforceConnector } from './salesforce/index.js';

/** The platforms that are set up. */
export type Connectors = ReadonlyMap<Platform, Connector>;

/** Absent: that platform is not set up, and nobody can connect it. */
interface ConnectorsOptions {
  readonly hubspot?: HubspotOptions;
  readonly salesforce?: SalesforceOptions;
  readonly google?: GoogleOptions;
}

/** Builds the connectors of the platforms that are set up; pure, no CRM is asked. */
export function createConnectors({ hubspot, salesforce, google }: ConnectorsOptions): Connectors {
  const connectors: Connector[] = [];
  if (hubspot) connectors.push(createHubspotConnector(hubspot));
  if (salesforce) connectors.push(createSalesforceConnector(salesforce));
  if (google) connectors.push(createGoogleConnector(google));
  return new Map(connectors.map((connector) => [connector.platform, connector]));
}
