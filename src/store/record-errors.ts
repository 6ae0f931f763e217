import type { PageOf, PageRequest, Platform } from '../domain/index.js';
import type { Database } from './database.js';
import { decodeCursor, toPage } from './keyset.js';

export interface StoredRecordError {
  readonly id: string;
  readonly platform: Platform;
  readonly externalId: string | null;
  readonly contactId: string | null;
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly at: Date;
}

/** The records that a run could not take. */
export interface RecordErrors {
  /** In the order in which they happened. */
  list(userId: string, runId: string, page: PageRequest): Promise<PageOf<StoredRecordError>>;
  count(userId: string, runId: string): Promise<number>;
}

export function createRecordErrors(database: Database): RecordErrors {
  return {
    list: (userId, runId, page) => {
      const place = decodeCursor('errors', page);
      const direction = page.backward ? 'desc' : 'asc';
      const beyond = place && (page.backward ? { lt: place.id } : { gt: place.id });
      return database.modelsAsUser(userId, async (models) => {
        const rows = await models.recordError.findMany({
          where: { userId, syncRunId: runId, ...(beyond && { id: beyond }) },
          orderBy: { id: direction },
          take: page.limit + 1,
        });
        return toPage(rows, page, 'errors', (node) => ({
          node: { ...node, platform: node.platform as Platform },
          place: { value: node.at.toISOString(), id: node.id },
        }));
      });
    },
    count: (userId, runId) =>
      database.modelsAsUser(userId, (models) =>
        models.recordError.count({ where: { userId, syncRunId: runId } }),
      ),
  };
}
