import type { Config } from './config/index.js';
import { type Connectors, createConnectors } from './connectors/index.js';
import type { Lifecycle, Logger } from './runtime/index.js';
import {
  aimHubspotWebhooks,
  isSandboxServing,
  openSandboxes,
  SANDBOX_CLIENT,
  type SandboxClient,
} from './sandbox/index.js';
import type { Services } from './services.js';

/** The connectors of the CRMs that are set up; all of them where sandboxes stand in. */
export function createPlatforms(
  config: Config,
  services: Pick<Services, 'permits' | 'allowances'>,
  log: Logger,
): Connectors {
  const { permits, allowances } = services;
  return createConnectors({
    hubspot: hubspotOptions(config, { permits, log }),
    salesforce: salesforceOptions(config, { permits, log }, allowances),
    google: googleOptions(config, { permits, log }),
  });
}

interface Shared {
  readonly permits: Services['permits'];
  readonly log: Logger;
}

function hubspotOptions({ platforms: { hubspot }, sandbox }: Config, shared: Shared) {
  const client = clientOf(hubspot, sandbox);
  const url = sandboxUrls(sandbox.port).hubspot;
  const { webhooks, limits } = hubspot;
  const { appUrl, apiUrl } = sandbox.enabled ? { appUrl: url, apiUrl: url } : hubspot;
  return client && { ...shared, ...client, appUrl, apiUrl, webhooks, limits: { ...limits, app: limits.app } };
}

function salesforceOptions(
  { platforms: { salesforce }, sandbox }: Config,
  shared: Shared,
  allowances: Services['allowances'],
) {
  const client = clientOf(salesforce, sandbox);
  const here = { loginUrl: sandboxUrls(sandbox.port).salesforce, instanceHosts: ['localhost', '127.0.0.1'] };
  const { loginUrl, instanceHosts } = sandbox.enabled ? here : salesforce;
  const { requestsPerDay, reserve, lateWriteMs } = salesforce;
  const limits = { requestsPerDay, reserve, lateWriteMs };
  return client && { ...shared, ...client, loginUrl, instanceHosts, ...limits, allowances };
}

function googleOptions({ platforms: { google }, sandbox }: Config, shared: Shared) {
  const client = clientOf(google, sandbox);
  const url = sandboxUrls(sandbox.port).google;
  const urls = sandbox.enabled ? { loginUrl: url, oauthUrl: url, apiUrl: url } : google;
  const { loginUrl, oauthUrl, apiUrl } = urls;
  const { readsPerMinute, writesPerMinute, lateWriteMs } = google;
  const limits = { readsPerMinute, writesPerMinute, showsWritesAfterMs: lateWriteMs };
  return client && { ...shared, ...client, loginUrl, oauthUrl, apiUrl, ...limits };
}

/** Undefined where the platform is not set up. */
function clientOf(app: Partial<SandboxClient>, sandbox: Config['sandbox']): SandboxClient | undefined {
  const { clientId, clientSecret } = app;
  if (clientId && clientSecret) return { clientId, clientSecret };
  return sandbox.enabled ? SANDBOX_CLIENT : undefined;
}

/** Sandboxes stand in where no app is set up; those that already serve on the ports are used as they are. */
export async function openSandbox(config: Config, app: Lifecycle, log: Logger): Promise<void> {
  const { role, sandbox, platforms } = config;
  if (!sandbox.startsHere) return;
  const { port, contacts } = sandbox;
  if (role !== 'sandbox' && (await isSandboxServing(sandboxUrls(port).hubspot))) return;
  const { hubspot, salesforce, google } = platforms;
  const clients = {
    hubspot: clientOf(hubspot, sandbox),
    salesforce: clientOf(salesforce, sandbox),
    google: clientOf(google, sandbox),
  };
  const sandboxes = app.use(await openSandboxes({ port, contacts, clients }), (it) => it.close());
  const { hubspotUrl, salesforceUrl, googleUrl } = sandboxes;
  log.info(
    { hubspotUrl, salesforceUrl, googleUrl },
    'sandboxes stand in for the CRMs; set the client id of an app to use a real one',
  );
  if (role === 'sandbox') console.log(`ready ${hubspotUrl}`);
}

/** HubSpot's sandbox calls this process, as HubSpot would: without it changes come with the next sync. */
export async function receiveSandboxWebhooks(config: Config, apiUrl: string, log: Logger): Promise<void> {
  const { sandbox, platforms, http } = config;
  if (!sandbox.enabled || platforms.hubspot.webhooks !== 'push') return;
  const [targetUrl = '', publicUrl = ''] = [apiUrl, http.publicUrl].map((it) => `${it}/webhooks/hubspot`);
  const aimed = aimHubspotWebhooks(sandboxUrls(sandbox.port).hubspot, { targetUrl, publicUrl });
  await aimed.catch((error: unknown) => log.warn({ err: error }, 'the sandbox sends no webhooks'));
}

function sandboxUrls(port: number) {
  const at = (place: number) => `http://127.0.0.1:${port + place}`;
  return { hubspot: at(0), salesforce: at(1), google: at(2) };
}
