import type { Config } from './config/index.js';
import { type Connectors, createConnectors } from './connectors/index.js';
import type { Lifecycle, Logger } from './runtime/index.js';
import { isSandboxServing, openSandboxes, SANDBOX_CLIENT, type SandboxClient } from './sandbox/index.js';
import type { Services } from './services.js';

/** The connectors of the CRMs that are set up; all three where sandboxes stand in for them. */
export function createPlatforms(config: Config, services: Services, log: Logger): Connectors {
  const { permits } = services;
  return createConnectors({
    hubspot: hubspotOptions(config, { permits, log }),
  });
}

interface Shared {
  readonly permits: Services['permits'];
  readonly log: Logger;
}

function hubspotOptions({ platforms: { hubspot }, sandbox }: Config, shared: Shared) {
  const { clientId, clientSecret, appUrl, apiUrl } = hubspot;
  const common = { ...shared, limits: { ...hubspot.limits, app: hubspot.limits.app } };
  if (sandbox.enabled) {
    const url = sandboxUrl(sandbox.port);
    return { ...common, ...sandboxClient(hubspot), appUrl: url, apiUrl: url };
  }
  return clientId && clientSecret ? { ...common, clientId, clientSecret, appUrl, apiUrl } : undefined;
}

/** Sandboxes stand in where no app is set up; those that already serve on the ports are used as they are. */
export async function openSandbox(config: Config, app: Lifecycle, log: Logger): Promise<void> {
  const { role, sandbox, platforms } = config;
  if (!sandbox.startsHere) return;
  const { port, contacts } = sandbox;
  if (role !== 'sandbox' && (await isSandboxServing(sandboxUrl(port)))) return;
  const client = sandboxClient(platforms.hubspot);
  const { hubspotUrl } = app.use(await openSandboxes({ port, contacts, client }), (it) => it.close());
  if (role === 'sandbox') {
    log.info({ hubspotUrl, clientId: client.clientId }, 'the sandbox serves this app');
    console.log(`ready ${hubspotUrl}`);
    return;
  }
  const way = platforms.hubspot.clientId ? 'leave SANDBOX=on out' : 'set HUBSPOT_CLIENT_ID';
  log.info({ hubspotUrl }, `a sandbox stands in for HubSpot; ${way} to use the real one`);
}

/** The app that a sandbox knows and its connector is: both must name the same, also in different processes. */
function sandboxClient(app: { readonly clientId?: string; readonly clientSecret?: string }): SandboxClient {
  const { clientId, clientSecret } = app;
  return clientId && clientSecret ? { clientId, clientSecret } : SANDBOX_CLIENT;
}

function sandboxUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}
