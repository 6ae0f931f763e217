import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Logger } from './logger.js';

/** Prisma Migrate's own lock: `prisma migrate deploy` and this runner exclude each other. */
const ADVISORY_LOCK = 72_707_369;

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
}

interface AppliedMigration {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
  readonly logs: string | null;
}

/**
 * `prisma migrate deploy` without its engine, for the start of the program: same lock, table and checksums.
 * Several processes may call it at once; each migration is applied once, in one transaction.
 * @throws one line that says what to do when the database cannot be reached; when a migration fails, or one failed earlier and nobody has resolved it
 */
export async function migrate(connectionString: string, migrationsDir: string, log: Logger): Promise<void> {
  const migrations = readMigrations(migrationsDir);
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 15_000, keepAlive: true });
  await client.connect().catch((cause: Error & { code?: string }) => {
    const reason = cause.code ?? cause.message;
    const advice = 'check that it runs, and DATABASE_URL';
    throw new Error(`The database cannot be reached (${reason}): ${advice}.`, { cause });
  });
  try {
    // Held by the connection: the end of it, also by a crash, is the release.
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await client.query(CREATE_TABLE);
    const applied = await readApplied(client);
    for (const migration of findPending(migrations, applied, log)) {
      await apply(client, migration);
      log.info({ migration: migration.name }, 'migration applied');
    }
  } finally {
    await client.end();
  }
}

function readMigrations(dir: string): Migration[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(dir, entry.name, 'migration.sql')))
    .map((entry) => ({ name: entry.name, sql: readFileSync(join(dir, entry.name, 'migration.sql'), 'utf8') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readApplied(client: pg.Client): Promise<AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(
    'SELECT migration_name, checksum, finished_at, logs FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const failed = rows.find((row) => row.finished_at === null);
  if (!failed) return rows;
  const name = failed.migration_name;
  throw new Error(
    `Migration ${name} failed earlier (${firstLine(failed.logs)}): correct the cause, then run ` +
      `"npx prisma migrate resolve --rolled-back ${name}" and start again`,
  );
}

function findPending(migrations: Migration[], applied: AppliedMigration[], log: Logger): Migration[] {
  const checksums = new Map(applied.map((row) => [row.migration_name, row.checksum]));
  for (const { name, sql } of migrations) {
    const checksum = checksums.get(name);
    if (checksum !== undefined && !matches(sql, checksum)) {
      log.warn({ migration: name }, 'this migration was edited after it was applied');
    }
  }
  const known = new Set(migrations.map((it) => it.name));
  for (const name of checksums.keys()) {
    if (!known.has(name))
      log.warn({ migration: name }, 'the database has a migration that this version does not know');
  }
  return migrations.filter((it) => !checksums.has(it.name));
}

async function apply(client: pg.Client, { name, sql }: Migration): Promise<void> {
  const id = randomUUID();
  await client.query('INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)', [
    id,
    sha256(sql),
    name,
  ]);
  try {
    // Without parameters pg uses the simple protocol: all statements are one implicit transaction.
    await client.query(sql);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await client.query('ROLLBACK').catch(() => undefined);
    await client
      .query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [id, reason])
      .catch(() => undefined);
    throw new Error(`Migration ${name} failed: ${reason}`, { cause: error });
  }
  await client.query(
    'UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1',
    [id],
  );
}

/** A checkout with other line ends is not an edit. */
function matches(sql: string, checksum: string): boolean {
  const unix = sql.replaceAll('\r\n', '\n');
  return [sql, unix, unix.replaceAll('\n', '\r\n')].some((text) => sha256(text) === checksum);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function firstLine(text: string | null): string {
  return text?.split('\n')[0]?.trim() || 'it was interrupted';
}
