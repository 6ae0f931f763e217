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
  asUser<T>(userId: string, work: (sql: Sql) => Promise<T>): Promise<T>;
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
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
    application_name: 'crm-sync',
  });
  pool.on('error', () => {}); // an idle connection that died; the next query opens another
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });

  async function transact<T>(settings: Record<string, string>, work: (sql: Sql) => Promise<T>): Promise<T> {
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
      throw isConnectionError(error) ? unavailable(error) : error;
    } finally {
      sql.release(broken);
    }
  }

  return {
    asUser: (userId, work) => transact(userSettings(userId), work),
    asHolder: (setting, value, work) => transact({ role: 'crm_app', [setting]: value }, work),
    asSystem: (work) => transact({ role: 'crm_system' }, work),
    modelsAsUser: (userId, work) =>
      prisma
        .$transaction(async (models) => {
          await models.$executeRawUnsafe(`SELECT ${settingCalls(userSettings(userId))}`);
          return work(models);
        })
        .catch((error) => Promise.reject(isConnectionError(error) ? unavailable(error) : error)),
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

function userSettings(userId: string): Record<string, string> {
  if (!isId(userId)) throw new Error('not a user id');
  return { role: 'crm_app', 'app.user_id': userId };
}

function settingCalls(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)}, true)`)
    .join(', ');
}

const connectionCodes =
  /^(08...|53300|57P0[123]|ECONN(REFUSED|RESET)|EPIPE|ETIMEDOUT|ENOTFOUND|P1001|P2024)$/;

function isConnectionError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && connectionCodes.test(code);
}

function unavailable(cause: unknown): AppError {
  return new AppError('UNAVAILABLE', 'The database cannot be reached just now. Try again in a moment.', {
    retry: 'backoff',
    cause,
  });
}
