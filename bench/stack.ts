import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signLocalToken } from '../src/api/index.js';
import { openClient } from '../src/demo/client.js';
import type { Platform } from '../src/demo/gql/graphql.js';
import { ConnectIntegration } from '../src/demo/operations.js';
import {
  createLogger,
  findFreePort,
  Lifecycle,
  openEmbeddedPostgres,
  openEmbeddedRedis,
} from '../src/runtime/index.js';
import { findQuietPort } from '../test/support/quiet-port.js';

const secret = 'a secret for benchmarks only, 32+ characters';

/** PostgreSQL (fsync on), Redis and the sandbox, each a process of its own, in a throwaway folder. */
export interface Stack {
  readonly app: Lifecycle;
  readonly databaseUrl: string;
  readonly sandboxUrl: string;
  /** A process of the program; resolves once it is ready. */
  start(role: 'api' | 'worker' | 'all', env?: Record<string, string>): Promise<string>;
  /** The process that was started at this address. */
  pidOf(url: string): number;
  /** A token of the API for this user. */
  tokenOf(user: string): Promise<string>;
  /** A user, connected to the account of the same name (or to another), as a client. */
  connect(
    url: string,
    user: string,
    platform?: Platform,
    account?: string,
  ): Promise<ReturnType<typeof openClient>>;
  /** The control API of HubSpot's sandbox, or of another's. */
  control(method: string, path: string, body?: unknown, platform?: Platform): Promise<unknown>;
  close(): Promise<void>;
}

export async function openStack(options: { contacts: number }): Promise<Stack> {
  const log = createLogger({ level: 'warn' });
  const app = new Lifecycle(log);
  const dataDir = app.use(mkdtempSync(join(tmpdir(), 'crm-sync-bench-')), (it) =>
    rmSync(it, { recursive: true, force: true }),
  );
  const database = app.use(await openEmbeddedPostgres({ dataDir, log }), (it) => it.close());
  const redis = await openEmbeddedRedis({ dataDir, log });
  if (!redis) throw new Error('This benchmark needs redis-server.');
  app.use(redis, (it) => it.close());
  const sandboxPort = await findQuietPort();
  const common = {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    DATA_DIR: dataDir,
    AUTH_JWT_SECRET: secret,
    SANDBOX_PORT: String(sandboxPort),
    SANDBOX_CONTACTS: String(options.contacts),
    LOG_LEVEL: 'warn',
  };
  const run = async (env: Record<string, string>) => {
    const child = app.use(
      spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
        env: { ...common, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
      endProcess,
    );
    await untilReady(child);
    return child.pid as number;
  };
  const pids = new Map<string, number>();
  const tokenOf = (user: string) => signLocalToken(secret, user, 3_600);
  await run({ ROLE: 'sandbox' });
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  return {
    app,
    databaseUrl: database.url,
    sandboxUrl,
    async start(role, env = {}) {
      const port = await findFreePort();
      const url = `http://localhost:${port}`;
      pids.set(url, await run({ ROLE: role, PORT: String(port), ...env }));
      return url;
    },
    pidOf: (url) => pids.get(url) as number,
    tokenOf,
    async connect(url, user, platform = 'HUBSPOT', account = user) {
      const client = openClient(url, await tokenOf(user));
      const { connectIntegration } = await client.ask(ConnectIntegration, { platform });
      const page = await fetch(`${connectIntegration.authorizationUrl}&approve=1&account=${account}`);
      if (!page.ok) throw new Error(`consent failed: ${page.status}`);
      return client;
    },
    async control(method, path, body, platform = 'HUBSPOT') {
      const port = sandboxPort + ['HUBSPOT', 'SALESFORCE', 'GOOGLE'].indexOf(platform);
      const reply = await fetch(`http://127.0.0.1:${port}/__control/${path}`, {
        method,
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      });
      return reply.json();
    },
    close: () => app.close(),
  };
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk) => String(chunk).includes('ready') && resolve());
    child.once('exit', (code) => reject(new Error(`the program ended with ${code}`)));
  });
}

function endProcess(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** One figure, one line of JSON: what it is, its median over the runs, and its ratio to the named baseline. */
export function report(figure: {
  name: string;
  value: number;
  unit: string;
  baseline?: string;
  ratio?: number;
  target?: string;
  runs?: number[];
}): void {
  console.log(
    JSON.stringify(figure, (_key, value) =>
      typeof value === 'number' ? Number(value.toPrecision(4)) : value,
    ),
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
