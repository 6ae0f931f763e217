import type { FaultAnswer } from '../control/platform.js';
import { describeMethod } from './methods.js';
import { REVOKE_PATH, TOKEN_PATH } from './oauth/token-routes.js';
import {
  deadGrant,
  describeFailure,
  type GoogleRefusal,
  overQuota,
  refuseGrant,
  unauthenticated,
} from './replies.js';

const JSON_TYPE = 'application/json; charset=UTF-8';

/** What Google says when it fails with that status; some of it comes as a page, from in front of the API. */
export function answerFault(status: number, path: string): FaultAnswer {
  if (status === 502 || status === 504) {
    const body = `<!DOCTYPE html>\n<html lang=en><title>Error ${status} (Server Error)!!1</title><p><b>${status}.</b> That’s an error.</html>\n`;
    return { contentType: 'text/html; charset=UTF-8', body };
  }
  const { body, headers } = chooseRefusal(status, path);
  return { contentType: JSON_TYPE, body: JSON.stringify(body), headers };
}

function chooseRefusal(status: number, path: string): GoogleRefusal {
  if (path === TOKEN_PATH || path === REVOKE_PATH) {
    if (status === 400) return deadGrant();
    return refuseGrant(status < 500 ? 'invalid_request' : 'internal_failure', `Error ${status}`, status);
  }
  if (status === 429) return overQuota(isWrite(path) ? 'write' : 'read');
  if (status === 401) return unauthenticated('ACCESS_TOKEN_EXPIRED', describeMethod('people.people.get'));
  return describeFailure(status);
}

function isWrite(path: string): boolean {
  return /:(create|update|delete|batch(Create|Update|Delete))Contacts?$/.test(path);
}
