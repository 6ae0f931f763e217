import './quiet.js';
import '../main.js';
import { signLocalToken } from '../api/index.js';
import { type Config, loadConfig } from '../config/index.js';
import { type Platform, platformNames, platforms } from '../domain/index.js';
import { readOrCreateSecret } from '../runtime/index.js';
import { type DemoClient, openClient } from './client.js';
import { drawContacts } from './contact-table.js';
import { openHubspotUser } from './hubspot-user.js';
import {
  ConnectIntegration,
  FirstContacts,
  IntegrationState,
  StartSync,
  SyncProgress,
} from './operations.js';
import { openProgressBars, type ProgressBars } from './progress-bars.js';
import { showTwoWay } from './two-way.js';

const user = 'demo';
const tokenSeconds = 12 * 3_600;

/** The main job, as a client sees it: connect, sync, watch, look. The server runs in this very process. */
async function demo(): Promise<void> {
  const config = loadConfig(process.env);
  const { http, auth, dataDir, sandbox } = config;
  const url = `http://localhost:${http.port}`;
  const secret = auth.jwtSecret ?? readOrCreateSecret(dataDir, 'auth-jwt-secret', 32);
  const token = await signLocalToken(secret, user, tokenSeconds, auth);
  const client = openClient(url, token);
  const chosen = platforms.filter((platform) => sandbox.enabled || isSetUp(config, platform));
  for (const platform of chosen) await connect(client, platform, sandbox.enabled);
  const bars = openProgressBars();
  await Promise.all(chosen.map((platform) => sync(client, platform, bars)));
  bars.stop();
  const { all, contacts } = await client.ask(FirstContacts, {});
  console.log(
    `\n${all.totalCount} contacts; of those in HubSpot the first:\n${drawContacts(contacts.nodes)}`,
  );
  await twoWay(client, config);
  console.log(`
  GraphQL        ${url}/graphql   (WebSocket: ${url.replace('http', 'ws')}/graphql)
  Health         ${url}/healthz, ${url}/readyz${sandbox.enabled ? `\n  CRM sandboxes  http://localhost:${sandbox.port}, and the next two ports` : ''}
  Token of user "${user}", good for 12 hours:
  ${token}

Ctrl-C ends everything.`);
  client.close();
}

function isSetUp({ platforms: apps }: Config, platform: Platform): boolean {
  const app = { HUBSPOT: apps.hubspot, SALESFORCE: apps.salesforce, GOOGLE: apps.google }[platform];
  return app.clientId !== undefined;
}

/** The real OAuth code flow. The sandbox's consent page is answered here; a real one wants a person. */
async function connect(client: DemoClient, platform: Platform, isSandbox: boolean): Promise<void> {
  const name = platformNames[platform];
  const { integration } = await client.ask(IntegrationState, { platform });
  if (integration.state === 'CONNECTED') {
    console.log(`${name} is connected: ${integration.accountName}`);
    return;
  }
  const { connectIntegration } = await client.ask(ConnectIntegration, { platform });
  const { authorizationUrl } = connectIntegration;
  if (isSandbox) {
    const page = await fetch(`${authorizationUrl}&approve=1`);
    if (!page.ok) throw new Error(`The consent was not completed: HTTP ${page.status}.`);
  } else {
    console.log(`Open this address and grant access:\n${authorizationUrl}`);
  }
  const account = await waitUntilConnected(client, platform, connectIntegration.expiresAt);
  console.log(`${name} is connected: ${account}`);
}

async function waitUntilConnected(client: DemoClient, platform: Platform, until: string): Promise<string> {
  while (Date.now() < Date.parse(until)) {
    const { integration } = await client.ask(IntegrationState, { platform });
    if (integration.state === 'CONNECTED') return integration.accountName ?? 'unnamed account';
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  throw new Error('Access was not granted in time: start again.');
}

async function sync(client: DemoClient, platform: Platform, bars: ProgressBars): Promise<void> {
  const { integration } = await client.ask(IntegrationState, { platform });
  const mode = integration.contactCount === 0 ? 'FULL' : 'INCREMENTAL';
  const { startSync } = await client.ask(StartSync, { platform, mode });
  const show = bars.add(platformNames[platform]);
  for await (const { syncProgress } of client.follow(SyncProgress, { id: startSync.syncRun.id }))
    show(syncProgress);
}

/** It changes contacts, here and in the CRM: only where the CRM is a sandbox. */
async function twoWay(client: DemoClient, { sandbox, platforms: apps }: Config): Promise<void> {
  if (!sandbox.enabled) {
    console.log('\nTwo-way sync is shown with the sandboxes only: it would write into your CRM.');
    return;
  }
  const user = await openHubspotUser(`http://localhost:${sandbox.port}`, apps.hubspot);
  await showTwoWay(client, user);
}

// The server that was imported above has ended the process, or serves by now.
if (process.exitCode === undefined) {
  await demo().catch((error: unknown) => {
    console.error(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`);
    process.kill(process.pid, 'SIGTERM');
  });
}
