import './quiet.js';
import '../main.js';
import { signLocalToken } from '../api/index.js';
import { loadConfig } from '../config/index.js';
import { readOrCreateSecret } from '../runtime/index.js';
import { type DemoClient, openClient } from './client.js';
import { drawContacts } from './contact-table.js';
import { ConnectHubspot, FirstContacts, HubspotState, StartSync, SyncProgress } from './operations.js';
import { openProgressBar } from './progress-bar.js';

const user = 'demo';
const tokenSeconds = 12 * 3_600;

/** The main job, as a client sees it: connect, sync, watch, look. The server runs in this very process. */
async function demo(): Promise<void> {
  const { http, auth, dataDir, sandbox } = loadConfig(process.env);
  const url = `http://localhost:${http.port}`;
  const secret = auth.jwtSecret ?? readOrCreateSecret(dataDir, 'auth-jwt-secret', 32);
  const token = await signLocalToken(secret, user, tokenSeconds, auth);
  const client = openClient(url, token);
  await connect(client, sandbox.enabled);
  await sync(client);
  const { contacts } = await client.ask(FirstContacts, {});
  console.log(`\n${contacts.totalCount} contacts; the first of them:\n${drawContacts(contacts.nodes)}`);
  console.log(`
  GraphQL        ${url}/graphql   (WebSocket: ${url.replace('http', 'ws')}/graphql)
  Health         ${url}/healthz, ${url}/readyz${sandbox.enabled ? `\n  CRM sandbox    http://localhost:${sandbox.port}/__control/contacts` : ''}
  Token of user "${user}", good for 12 hours:
  ${token}

Ctrl-C ends everything.`);
  client.close();
}

/** The real OAuth code flow. The sandbox's consent page is answered here; a real one wants a person. */
async function connect(client: DemoClient, isSandbox: boolean): Promise<void> {
  const { integration } = await client.ask(HubspotState, {});
  if (integration.state === 'CONNECTED') {
    console.log(`HubSpot is connected: ${integration.accountName}`);
    return;
  }
  const { connectIntegration } = await client.ask(ConnectHubspot, {});
  const { authorizationUrl } = connectIntegration;
  if (isSandbox) {
    const page = await fetch(`${authorizationUrl}&approve=1`);
    if (!page.ok) throw new Error(`The consent was not completed: HTTP ${page.status}.`);
  } else {
    console.log(`Open this address and grant access:\n${authorizationUrl}`);
  }
  console.log(`HubSpot is connected: ${await waitUntilConnected(client, connectIntegration.expiresAt)}`);
}

async function waitUntilConnected(client: DemoClient, until: string): Promise<string> {
  while (Date.now() < Date.parse(until)) {
    const { integration } = await client.ask(HubspotState, {});
    if (integration.state === 'CONNECTED') return integration.accountName ?? 'unnamed account';
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  throw new Error('Access was not granted in time: start again.');
}

async function sync(client: DemoClient): Promise<void> {
  const { integration } = await client.ask(HubspotState, {});
  const mode = integration.contactCount === 0 ? 'FULL' : 'INCREMENTAL';
  const { startSync } = await client.ask(StartSync, { mode });
  const bar = openProgressBar();
  for await (const { syncProgress } of client.follow(SyncProgress, { id: startSync.syncRun.id }))
    bar.show(syncProgress);
  bar.stop();
}

// The server that was imported above has ended the process, or serves by now.
if (process.exitCode === undefined) {
  await demo().catch((error: unknown) => {
    console.error(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`);
    process.kill(process.pid, 'SIGTERM');
  });
}
