import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { AppError, isId } from '../domain/index.js';
import { type Prisma, PrismaClient } from '../generated/prisma/client.js';

export type Sql = pg.PoolClient;
export type Models = Prisma.TransactionClient;

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
}

/**
 * The one way to PostgreSQL. Every piece of work runs in a transaction under a role that row-level
 * security binds: as one user (`asUser`, `modelsAsUser`), by what a caller can prove (`asHolder`), or as
 * the system that may only find what is due (`asSystem`). The settings are local to the transaction, so
 * a pooler in transaction mode does no harm.
 */
export interface Database {
  /** `previewRun`: a dry run, over whose copies it is; the same statements then write there. */
  asUser<T>(userId: string, work: (sql: Sql) => Promise<T>, previewRun?: string): Promise<T>;
  /** The same through Prisma's models, for what is neither hot nor bulk. */
  modelsAsUser<T>(userId: string, work: (models: Models) => Promise<T>): Promise<T>;
  /** `setting` is a secret that opens its own row: the subject of a token, the state of a consent. */
  asHolder<T>(
    setting: 'app.subject' | 'app.oauth_state',
    value: string,
    work: (sql: Sql) => Promise<T>,
  ): Promise<T>;
  asSystem<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  ping(): Promise<void>;
  /** Names of the migrations that this database has finished. */
  listAppliedMigrations(): Promise<string[]>;
  close(): Promise<void>;
}

export function openDatabase({ url, poolSize }: DatabaseOptions): Database {
  // query_timeout: without it a black-holed connection hangs for ever.
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: connectMs,
    query_timeout: statementMs + 5_000,
    application_name: 'crm-sync',
  });
  // A connection that died, idle or at work: the query under way says so, and the next opens another.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });

  async function attempt<T>(settings: Record<string, string>, work: (sql: Sql) => Promise<T>): Promise<T> {
    const sql = await pool.connect().catch((cause) => Promise.reject(unavailable(cause)));
    let broken: Error | undefined;
    try {
      await sql.query(`BEGIN; SELECT ${settingCalls(settings)}`);
      const result = await work(sql);
      await sql.query('COMMIT');
      return result;
    } catch (error) {
      await sql.query('ROLLBACK').catch((failure: Error) => {
        broken = failure;
      });
      // pg gives no code to what it finds out itself, such as a socket that closed in the middle.
      throw broken || isConnectionError(error) ? unavailable(error) : error;
    } finally {
      sql.release(broken);
    }
  }

  const transact = <T>(settings: Record<string, string>, work: (sql: Sql) => Promise<T>): Promise<T> =>
    overDeadlocks(() => attempt(settings, work));

  return {
    asUser: (userId, work, previewRun) =>
      transact({ ...userSettings(userId), ...(previewRun && previewSettings(previewRun)) }, work),
    asHolder: (setting, value, work) => transact({ role: 'crm_app', [setting]: value }, work),
    asSystem: (work) => transact({ role: 'crm_system' }, work),
    modelsAsUser: (userId, work) =>
      overDeadlocks(() =>
        prisma.$transaction(
          async (models) => {
            await models.$executeRawUnsafe(`SELECT ${settingCalls(userSettings(userId))}`);
            return work(models);
          },
          { timeout: statementMs, maxWait: connectMs },
        ),
      ).catch((error) => Promise.reject(isConnectionError(error) ? unavailable(error) : error)),
    ping: async () => {
      await pool.query('SELECT 1');
    },
    listAppliedMigrations: async () => {
      const found = await pool.query(
        'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
      );
      return found.rows.map((row) => row.migration_name as string);
    },
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** How long a caller waits for a connection of the pool (ms). */
const connectMs = 10_000;
/** What a statement may take in the server (ms); one that its caller has given up must not run on. */
const statementMs = 55_000;
const deadlock = '40P01';
const deadlockTries = 5;
/** Between two tries at the most (ms): both sides of a deadlock may be trying again. */
const deadlockPauseMs = 50;

/** Of two transactions that wait for each other PostgreSQL ends one: it is done again, from its beginning. */
async function overDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let left = deadlockTries; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== deadlock || left <= 1) throw error;
      await sleep(Math.random() * deadlockPauseMs);
    }
  }
}

function userSettings(userId: string): Record<string, string> {
  if (!isId(userId)) throw new Error('not a user id');
  return { role: 'crm_app', 'app.user_id': userId };
}

/** What is copied is found in the copies, everything else where it always is. */
function previewSettings(runId: string): Record<string, string> {
  return { search_path: 'preview, public', 'app.preview_run': runId };
}

function settingCalls(settings: Record<string, string>): string {
  return Object.entries({ statement_timeout: String(statementMs), ...settings })
    .map(([name, value]) => `set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)}, true)`)
    .join(', ');
}

/** PostgreSQL's classes, Node's, and Prisma's for a server or a pool (P2024, P2028) that gives no connection. */
const connectionCodes =
  /^(08...|53300|57014|57P0[123]|ECONN(REFUSED|RESET)|EPIPE|ETIMEDOUT|ENOTFOUND|P1001|P2024|P2028)$/;

function isConnectionError(error: unknown): boolean {
  return connectionCodes.test(codeOf(error) ?? '');
}

/** PostgreSQL's code, also where Prisma has one of its own around it. */
function codeOf(error: unknown): string | undefined {
  const { code, meta } = (error ?? {}) as {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } };
  };
  const inner = meta?.driverAdapterError?.cause?.originalCode;
  return [inner, code].find((it) => typeof it === 'string') as string | undefined;
}

function unavailable(cause: unknown): AppError {
  return new AppError('UNAVAILABLE', 'The database does not answer just now. Try again in a moment.', {
    retry: 'backoff',
    cause,
  });
}
