export { createSalesforceConnector, type SalesforceOptions } from './connector.js';
