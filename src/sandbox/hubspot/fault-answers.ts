import type { FaultAnswer } from '../control/platform.js';
import { describeFailure, expired, type HubspotRefusal, overLimit, refuseGrant } from './replies.js';

const JSON_TYPE = 'application/json; charset=utf-8';
/** Statuses that come from the network in front of HubSpot, as pages instead of JSON. */
const PROXY_STATUSES: Readonly<Record<number, string>> = {
  502: 'Bad gateway',
  504: 'Gateway time-out',
  520: 'Web server is returning an unknown error',
  521: 'Web server is down',
  522: 'Connection timed out',
  523: 'Origin is unreachable',
  524: 'A timeout occurred',
  525: 'SSL handshake failed',
  526: 'Invalid SSL certificate',
};

/** What HubSpot says when it fails with that status; `rateHeaders` are those of an account that has no call left. */
export function answerFault(
  status: number,
  path: string,
  rateHeaders: Readonly<Record<string, string>>,
): FaultAnswer {
  const words = PROXY_STATUSES[status];
  if (words !== undefined) {
    const title = `api.hubapi.com | ${status}: ${words}`;
    const body = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${words}</h1><p>Error code ${status}</p></body></html>\n`;
    return { contentType: 'text/html; charset=UTF-8', body };
  }
  const body = JSON.stringify(chooseRefusal(status, path).body);
  const showsRates = status === 429 && !path.startsWith('/oauth/') && !isSearch(path);
  return { contentType: JSON_TYPE, body, ...(showsRates && { headers: rateHeaders }) };
}

function isSearch(path: string): boolean {
  return path.endsWith('/search');
}

function chooseRefusal(status: number, path: string): HubspotRefusal {
  const now = Date.now();
  if (status === 429) return overLimit(isSearch(path) ? 'SECONDLY' : 'TEN_SECONDLY_ROLLING');
  if (status === 401) return expired(now - 1_000, now);
  if (status === 400 && path.startsWith('/oauth/')) {
    return refuseGrant(
      'invalid_grant',
      'BAD_REFRESH_TOKEN',
      'missing or invalid refresh token',
      'refresh token is invalid, expired or revoked',
    );
  }
  return describeFailure(status);
}
