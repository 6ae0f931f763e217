import { AppError } from '../../domain/index.js';

/** Where a token may be sent. */
export interface InstanceRules {
  /** Where users sign in: https://login.salesforce.com, test.salesforce.com, a My Domain, or the sandbox. */
  readonly loginUrl: string;
  /** Hosts that an org may be at; a dot in front stands for all names below. */
  readonly instanceHosts: readonly string[];
}

/**
 * An org's `instance_url` as an origin. Every later call carries the token there: it must be a host of the list, over
 * TLS; plain HTTP only on this machine, and only where the sign-in is here too (the sandbox).
 *
 * @throws AppError CRM_REJECTED (never) for any other address.
 */
export function checkInstanceUrl(value: unknown, { loginUrl, instanceHosts }: InstanceRules): string {
  const url = typeof value === 'string' && value.length <= 2048 ? parse(value) : null;
  const isListed = url !== null && instanceHosts.some((host) => covers(host, url.hostname));
  const isSafe =
    url?.protocol === 'https:' || (url !== null && isLoopback(url) && isLoopback(new URL(loginUrl)));
  const isPlain = url !== null && url.username === '' && url.password === '' && !isLightning(url.hostname);
  if (isListed && isSafe && isPlain) return url.origin;
  throw new AppError(
    'CRM_REJECTED',
    'Salesforce named an address for this org that is not one of its own; nothing was sent there. Connect Salesforce again.',
  );
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function covers(entry: string, host: string): boolean {
  const name = entry.toLowerCase();
  return name.startsWith('.') ? host.endsWith(name) && host.length > name.length : host === name;
}

function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

/** Pages for people: Salesforce serves no API there. */
function isLightning(host: string): boolean {
  return host.endsWith('.lightning.force.com');
}
