import type { FastifyRequest } from 'fastify';
import { originOf } from './oauth/token-routes.js';
import type { Org } from './orgs.js';

/** The names of this machine, each of which leads to the same server. */
const OTHER_NAMES: Readonly<Record<string, string>> = { '127.0.0.1': 'localhost', localhost: '127.0.0.1' };

/**
 * The address of an org's data: another one than that under which its users log in, as at Salesforce. On the
 * loopback interface that is its other name; elsewhere nothing is known but the name that the caller used.
 */
export function instanceUrlOf(org: Org, request: FastifyRequest): string {
  if (org.settings.instanceUrl !== null) return org.settings.instanceUrl;
  const url = new URL(originOf(request));
  url.hostname = OTHER_NAMES[url.hostname] ?? url.hostname;
  return url.origin;
}
