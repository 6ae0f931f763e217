export { createGoogleConnector, type GoogleOptions } from './connector.js';
