import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { identifyProcess } from '../../src/runtime/process-identity.js';
import { type ApiClient, jwtSecret, openApiClient } from '../support/api-client.js';
import { closeAfterFile } from '../support/close-after-file.js';
import { expectedOf, readContacts, shownOf } from '../support/contact-comparison.js';
import { launchProgram } from '../support/launch.js';
import { findQuietPort } from '../support/quiet-port.js';
import { controlSandbox } from '../support/sandbox-control.js';
import { createTestDatabase, createTestRedis, waitFor } from '../support/services.js';
import { type RunningProgram, startProgram } from '../support/spawn.js';
import { connectHubspot, sync } from '../support/sync-client.js';
import { expectCleanStream } from './progress-rules.js';

const seeded = 400;

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crm-sync-e2e-'));
  closeAfterFile(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function listen(): Promise<ReturnType<typeof createServer>> {
  const server = createServer();
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function portOf(server: ReturnType<typeof createServer>): number {
  return (server.address() as { port: number }).port;
}

/** The processes that the embedded servers of a data folder are, by their own account. */
function serverPids({ dataDir, stderr }: RunningProgram): number[] {
  const lines = stderr()
    .split('\n')
    .filter((line) => line.includes('"serverPid"'));
  const pids = lines.map((line) => (JSON.parse(line) as { serverPid: number }).serverPid);
  return [...pids, Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])];
}

/** A zombie has ended; that its parent was killed before it could know is no concern here. */
function isAlive(pid: number): boolean {
  return identifyProcess(pid) !== undefined;
}

/** The main job on a program that stands alone, with a sandbox of its own. */
async function expectMainJob(url: string, sandboxPort: string): Promise<ApiClient> {
  const sandbox = controlSandbox(`http://127.0.0.1:${sandboxPort}`);
  const alice = await openApiClient(url, 'alice');
  await connectHubspot(alice, 'alice');
  const { events, final } = await sync(alice, 'FULL');
  expectCleanStream(events);
  expect(final).toMatchObject({ status: 'SUCCEEDED', created: seeded, failed: 0 });
  await sandbox.touch('alice', { change: 20, add: 10, archive: 5 });
  expect((await sync(alice, 'INCREMENTAL')).final).toMatchObject({ updated: 20, created: 10, deleted: 5 });
  const [remote, local] = await Promise.all([sandbox.contacts('alice'), readContacts(alice)]);
  expect(shownOf(local)).toEqual(expectedOf(remote));
  return alice;
}

describe('the program by itself, with nothing set', () => {
  const env: Record<string, string> = { AUTH_JWT_SECRET: jwtSecret, SANDBOX_CONTACTS: String(seeded) };

  beforeAll(async () => {
    env.DATA_DIR = makeFolder();
    env.SANDBOX_PORT = String(await findQuietPort());
  });

  test('does the main job, and ends on Ctrl-C without leaving a process', async () => {
    const program = await startProgram({ env });
    expect(program.stdout()).toBe(`ready ${program.url}\n`);
    await expectMainJob(program.url, env.SANDBOX_PORT!);
    const pids = serverPids(program);
    expect(pids.length).toBeGreaterThanOrEqual(3);
    expect(pids.map(isAlive)).not.toContain(false);
    expect(await program.kill('SIGINT')).toEqual({ code: 0, signal: null });
    expect(pids.map(isAlive)).not.toContain(true);
    expect(program.stderr()).not.toMatch(/Bearer|eyJ|access_token|refresh_token/);
  }, 120_000);

  test('keeps what it has over a kill, and takes over what the kill left running', async () => {
    const first = await startProgram({ env });
    const pids = serverPids(first);
    await first.kill('SIGKILL');
    expect(pids.map(isAlive)).not.toContain(false);
    const second = await startProgram({ env });
    expect(new Set(serverPids(second))).toEqual(new Set(pids));
    const alice = await openApiClient(second.url, 'alice');
    expect(await readContacts(alice)).toHaveLength(seeded + 5);
    // The sandbox has forgotten what was changed in it; the connection holds all the same.
    expect((await sync(alice, 'INCREMENTAL')).final.status).toBe('SUCCEEDED');
    expect(await second.stop()).toEqual({ code: 0, signal: null });
    expect(pids.map(isAlive)).not.toContain(true);
  }, 120_000);

  test('does the main job without any Redis, in one process', async () => {
    const folder = makeFolder();
    symlinkSync(process.execPath, join(folder, 'node'));
    const sandboxPort = String(await findQuietPort());
    const program = await startProgram({
      env: { ...env, PATH: folder, DATA_DIR: makeFolder(), SANDBOX_PORT: sandboxPort },
    });
    expect(program.stderr()).toContain('Redis not found: queue on PostgreSQL, one process.');
    await expectMainJob(program.url, sandboxPort);
    const health = (await (await fetch(`${program.url}/readyz`)).json()) as { checks: object };
    expect(health.checks).toEqual({ database: 'ok', redis: 'not used', migrations: 'ok' });
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  }, 120_000);
});

describe('npm start', () => {
  async function startNpm() {
    const port = String(await findQuietPort());
    const npm = spawn('npm', ['start'], {
      env: {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: makeFolder(), PORT: port },
        ...{ SANDBOX_PORT: String(await findQuietPort()), SANDBOX_CONTACTS: '10' },
      },
      detached: true, // a process group of its own, as a terminal gives it
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    npm.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    const read = (key: 'pid' | 'serverPid') =>
      log
        .split('\n')
        .flatMap((line) => (line.includes(`"${key}":`) ? [JSON.parse(line)[key] as number] : []));
    closeAfterFile(() => {
      for (const pid of [...read('serverPid'), ...read('pid')])
        if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    });
    const isUp = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
    await waitFor(isUp, { timeoutMs: 60_000, what: 'a program that is ready' });
    return { npm, pids: [read('pid')[0]!, ...read('serverPid')], log: () => log };
  }

  test.each([
    ['a supervisor ends npm', 'SIGTERM', (pid: number) => process.kill(pid, 'SIGTERM')],
    // The terminal signals the whole group, and npm passes its own on: the program gets two.
    ['Ctrl-C is pressed', 'SIGINT', (pid: number) => process.kill(-pid, 'SIGINT')],
  ])(
    'ends in order, with all that it started, when %s',
    async (_, signal, send) => {
      const { npm, pids, log } = await startNpm();
      expect(pids.map(isAlive)).toEqual([true, true, true]);
      send(npm.pid!);
      await waitFor(() => !pids.some(isAlive), { timeoutMs: 30_000, what: 'the end of the program' });
      expect(log()).toContain(`"signal":"${signal}","msg":"ending"`);
      expect(log()).not.toContain('ended at once');
    },
    120_000,
  );
});

describe('an end while Redis is down', () => {
  test('is in order, and in time', async () => {
    const [database, redis] = [await createTestDatabase(), await createTestRedis()];
    const program = await startProgram({ env: { DATABASE_URL: database.url, REDIS_URL: redis.url } });
    await redis.close();
    const isDown = async () => (await fetch(`${program.url}/readyz`)).status === 503;
    await waitFor(isDown, { what: 'a program that has seen it' });
    const since = Date.now();
    expect(await program.stop()).toEqual({ code: 0, signal: null });
    expect(Date.now() - since).toBeLessThan(30_000);
  }, 90_000);
});

describe('a start that cannot succeed says why in one line', () => {
  async function refuse(env: Record<string, string>): Promise<string> {
    const program = await launchProgram({ LOG_LEVEL: 'fatal', ...env });
    expect(await program.untilEnded()).toEqual({ code: 1, signal: null });
    expect(program.stdout()).toBe('');
    const text = program.stderr().trim();
    expect(text).not.toMatch(/^ {4}at /m);
    return text;
  }

  async function refuseInOneLine(env: Record<string, string>): Promise<string> {
    const text = await refuse(env);
    expect(text.split('\n')).toHaveLength(1);
    return text;
  }

  test('wrong variables: every fault at once, no value', async () => {
    const text = await refuse({ PORT: 'abc', REDIS_URL: 'http://secret@host', ROLE: 'boss' });
    for (const name of ['PORT', 'REDIS_URL', 'ROLE']) expect(text).toContain(name);
    for (const value of ['abc', 'secret', 'boss']) expect(text).not.toContain(value);
  });

  test('a port in use', async () => {
    const server = await listen();
    closeAfterFile(() => server.close());
    const port = String(portOf(server));
    const { url } = await createTestDatabase();
    const text = await refuseInOneLine({ PORT: port, DATABASE_URL: url });
    expect(text).toContain(`Port ${port} is in use`);
    const sandbox = await refuseInOneLine({ SANDBOX_PORT: port, DATABASE_URL: url });
    expect(sandbox).toContain('SANDBOX_PORT');
  });

  test('a data folder that cannot be made', async () => {
    const file = join(makeFolder(), 'a-file');
    writeFileSync(file, '');
    expect(await refuseInOneLine({ DATA_DIR: file })).toContain('DATA_DIR');
    expect(await refuseInOneLine({ DATA_DIR: join(file, 'below', 'it') })).toContain('DATA_DIR');
    // A file system that makes no folders at all, where there is one.
    if (existsSync('/proc')) expect(await refuseInOneLine({ DATA_DIR: '/proc/x/y' })).toContain('DATA_DIR');
  });

  test('a data folder in use', async () => {
    const program = await startProgram({ env: { SANDBOX_CONTACTS: '10' } });
    expect(await refuseInOneLine({ DATA_DIR: program.dataDir })).toMatch(/DATA_DIR|in use/);
    await program.stop();
  });

  test('a database that is down', async () => {
    const text = await refuseInOneLine({
      DATABASE_URL: `postgresql://crm:hidden@127.0.0.1:${await findQuietPort()}/crm`,
    });
    expect(text).toContain('DATABASE_URL');
    expect(text).not.toContain('hidden');
  });

  test('a Redis that is down', async () => {
    const { url } = await createTestDatabase();
    const env = { DATABASE_URL: url, REDIS_URL: `redis://:hidden@127.0.0.1:${await findQuietPort()}` };
    const text = await refuseInOneLine(env);
    expect(text).toContain('REDIS_URL');
    expect(text).not.toContain('hidden');
  });

  test('a Redis that takes the call and never answers', async () => {
    const server = await listen();
    closeAfterFile(() => server.close());
    const { url } = await createTestDatabase();
    const text = await refuseInOneLine({
      DATABASE_URL: url,
      REDIS_URL: `redis://127.0.0.1:${portOf(server)}`,
    });
    expect(text).toContain('no answer');
  });

  test('a HOST that is not of this machine', async () => {
    const { url } = await createTestDatabase();
    for (const HOST of ['192.0.2.7', 'nohost.invalid'])
      expect(await refuseInOneLine({ DATABASE_URL: url, HOST })).toContain('HOST');
  });

  test('a part of it without a Redis to share', async () => {
    expect(await refuse({ ROLE: 'worker' })).toContain('REDIS_URL');
  });
});

test('tokens of users come from `npm run token`', async () => {
  const dataDir = makeFolder();
  const make = async (args: string[]) => {
    const program = await launchProgram({ DATA_DIR: dataDir }, 'src/token.ts', args);
    return { ...(await program.untilEnded()), out: program.stdout().trim(), err: program.stderr().trim() };
  };
  const { code, out } = await make(['--user', 'alice']);
  expect(code).toBe(0);
  expect(JSON.parse(Buffer.from(out.split('.')[1]!, 'base64url').toString())).toMatchObject({
    sub: 'alice',
  });
  const wrong = await make([]);
  expect(wrong).toMatchObject({ code: 1, out: '', err: expect.stringContaining('Usage:') });
});
