import { openPlatformServer, type PlatformServer } from './control/platform-server.js';
import { createHubspotPlatform } from './hubspot/hubspot-platform.js';
import { createSalesforcePlatform } from './salesforce/salesforce-platform.js';

export interface SandboxOptions {
  /** HubSpot's port, Salesforce's being the next one; 0 takes any free ones. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Contacts that each account has when first used. */
  readonly contacts?: number;
  /** Equal seeds give equal accounts. */
  readonly seed?: number;
  /** The app that is registered with the simulated CRMs; by default SANDBOX_CLIENT. */
  readonly client?: SandboxClient;
}

/** How an app names itself to the simulated CRMs. */
export interface SandboxClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The simulated CRMs, each served on a port of its own. */
export interface Sandboxes {
  /** Origin without a trailing slash: base of the API and of `/oauth/authorize`. */
  readonly hubspotUrl: string;
  /** Origin without a trailing slash: what login.salesforce.com is. */
  readonly salesforceUrl: string;
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
  const { contacts = DEFAULT_CONTACTS, seed = DEFAULT_SEED, client = SANDBOX_CLIENT } = options;
  const { host = DEFAULT_HOST, port } = options;
  const platforms = [createHubspotPlatform, createSalesforcePlatform];
  const servers: PlatformServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((it) => it.close()));
  };
  try {
    for (const [index, create] of platforms.entries()) {
      const address = { host, port: port === 0 ? 0 : port + index };
      servers.push(await openPlatformServer(create({ contacts, seed, client }), address));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const [hubspot, salesforce] = servers as [PlatformServer, PlatformServer];
  return { hubspotUrl: hubspot.url, salesforceUrl: salesforce.url, close };
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
