export { createSalesforceConnector, type SalesforceOptions } from './connector.js';
export type { SalesforceLimits } from './limits.js';
