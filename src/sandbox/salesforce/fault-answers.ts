import type { FaultAnswer } from '../control/platform.js';
import { deadToken } from './oauth/oauth-refusal.js';
import {
  concurrentRequestsExceeded,
  notFound,
  refuse,
  type SalesforceRefusal,
  sessionExpired,
} from './replies.js';

const JSON_TYPE = 'application/json;charset=UTF-8';
/** Statuses that come from the network in front of Salesforce, as pages instead of JSON. */
const PROXY_STATUSES: Readonly<Record<number, string>> = { 502: 'Bad Gateway', 504: 'Gateway Timeout' };
const OAUTH_PREFIX = '/services/oauth2/';

/**
 * What Salesforce says when it fails with that status. 403 stands for too many long requests at once: the total
 * of a day is a limit, not a fault, and the usage that `headers` tell is then far from it.
 */
export function answerFault(
  status: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): FaultAnswer {
  const words = PROXY_STATUSES[status];
  if (words !== undefined) {
    const body = `<html><head><title>${status} ${words}</title></head><body><h1>${words}</h1></body></html>\n`;
    return { contentType: 'text/html', body };
  }
  if (path.startsWith(OAUTH_PREFIX)) return answerOauth(status);
  return { contentType: JSON_TYPE, body: JSON.stringify(chooseRefusal(status).body), headers };
}

function answerOauth(status: number): FaultAnswer {
  const failure = { error: 'unknown_error', error_description: 'retry your request' };
  return { contentType: JSON_TYPE, body: JSON.stringify(status === 400 ? deadToken().body : failure) };
}

function chooseRefusal(status: number): SalesforceRefusal {
  switch (status) {
    case 400:
      return refuse(400, 'QUERY_TIMEOUT', 'Your query request was running for too long.');
    case 401:
      return sessionExpired();
    case 403:
      return concurrentRequestsExceeded();
    case 404:
      return notFound();
    case 503:
      return refuse(503, 'SERVER_UNAVAILABLE', 'Server unavailable, please retry.');
    default:
      return refuse(status, 'UNKNOWN_EXCEPTION', 'An unexpected error occurred.');
  }
}
