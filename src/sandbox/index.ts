import { openPlatformServer, type PlatformServer } from './control/platform-server.js';
import { createGooglePlatform } from './google/google-platform.js';
import { createHubspotPlatform } from './hubspot/hubspot-platform.js';
import { createSalesforcePlatform } from './salesforce/salesforce-platform.js';

export interface SandboxOptions {
  /** HubSpot's port; Salesforce's and Google's are the next ones. 0 takes any free one for each. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Contacts that each account has when first used. */
  readonly contacts?: number;
  /** Equal seeds give equal accounts. */
  readonly seed?: number;
  /** The app that is registered with each of the simulated CRMs; by default SANDBOX_CLIENT. */
  readonly clients?: Partial<Record<SandboxName, SandboxClient>>;
}

/** In the order of their ports. */
const makers = {
  hubspot: createHubspotPlatform,
  salesforce: createSalesforcePlatform,
  google: createGooglePlatform,
};
type SandboxName = keyof typeof makers;

/** How an app names itself to the simulated CRMs. */
export interface SandboxClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The simulated CRMs, each served on a port of its own. */
export interface Sandboxes {
  /** Origin without a trailing slash: base of the API and of `/oauth/authorize`. */
  readonly hubspotUrl: string;
  /** Likewise: what login.salesforce.com is, and where the orgs are. */
  readonly salesforceUrl: string;
  /** Likewise: base of the People API and of all that OAuth has at Google's several hosts. */
  readonly googleUrl: string;
  /** Ends the listeners and every open connection. */
  close(): Promise<void>;
}

/** The app where no other is configured. No secret: the simulated CRMs run on the developer's machine only. */
export const SANDBOX_CLIENT: SandboxClient = {
  clientId: '4100c0de-5a4d-4b0c-8000-000000000001',
  clientSecret: '4100c0de-5a4d-4b0c-8000-0000005ec2e7',
};

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_CONTACTS = 10_000;
const DEFAULT_SEED = 1;
const ASK_TIMEOUT_MS = 1_000;

/** Starts the sandboxes. Rejects with the listener's error (such as EADDRINUSE) when a port cannot be had. */
export async function openSandboxes(options: SandboxOptions): Promise<Sandboxes> {
  const { contacts = DEFAULT_CONTACTS, seed = DEFAULT_SEED, clients } = options;
  const { host = DEFAULT_HOST, port } = options;
  const names = Object.keys(makers) as SandboxName[];
  const servers: PlatformServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((it) => it.close()));
  };
  try {
    for (const [index, name] of names.entries()) {
      const address = { host, port: port === 0 ? 0 : port + index };
      const client = clients?.[name] ?? SANDBOX_CLIENT;
      servers.push(await openPlatformServer(makers[name]({ contacts, seed, client }), address));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const [hubspotUrl, salesforceUrl, googleUrl] = servers.map(({ url }) => url) as [string, string, string];
  return { hubspotUrl, salesforceUrl, googleUrl, close };
}

/** Whether a sandbox answers at that origin: asks its control API, for at most a second. */
export async function isSandboxServing(url: string): Promise<boolean> {
  try {
    const reply = await fetch(new URL('/__control/limits', url), {
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    const limits: unknown = reply.ok ? await reply.json() : undefined;
    return typeof limits === 'object' && limits !== null && Object.keys(limits).length > 0;
  } catch {
    return false;
  }
}

/**
 * Tells the sandbox at that origin where this app takes HubSpot's webhooks; `publicUrl` is the address that it is
 * registered with. Rejects when no sandbox takes it.
 */
export async function aimHubspotWebhooks(
  url: string,
  target: { readonly targetUrl: string; readonly publicUrl: string },
): Promise<void> {
  const reply = await fetch(new URL('/__control/hubspot/webhooks', url), {
    method: 'PUT',
    body: JSON.stringify(target),
    signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
  });
  if (!reply.ok)
    throw new Error(`The sandbox did not take the address of the webhooks: HTTP ${reply.status}`);
}
