import { hashSeed } from '../../people/random.js';
import { refuse } from '../replies.js';
import type { QueryResult } from './run.js';

/** Rows of one reply and where the next ones are. */
export interface QueryPage {
  readonly result: QueryResult;
  readonly from: number;
  readonly to: number;
  /** Undefined on the last page. */
  readonly next?: string;
}

interface OpenQuery {
  readonly result: QueryResult;
  readonly batchSize: number;
  readonly expiresAt: number;
}

const LOCATOR_LIFE_MS = 2 * 86_400_000;
/** A sandbox need not remember more results than that. */
const MOST_OPEN = 200;
/** One page in this many is smaller than asked: the size is a hint, not a promise. */
const SHORT_PAGE_EVERY = 4;

/** The results of an org's queries that are still being read page by page. */
export class QueryBook {
  private readonly open = new Map<string, OpenQuery>();
  private opened = 0;

  /** The first page of a result, which the book keeps when there are more. */
  begin(result: QueryResult, batchSize: number, now: number): QueryPage {
    if (result.rows.length <= batchSize) return { result, from: 0, to: result.rows.length };
    const id = `01gHs0${String(++this.opened).padStart(9, '0')}AAA`;
    this.open.set(id, { result, batchSize, expiresAt: now + LOCATOR_LIFE_MS });
    const [oldest] = this.open.keys();
    if (this.open.size > MOST_OPEN) this.open.delete(oldest!);
    return this.page(id, 0);
  }

  /** The page that a locator names. Throws INVALID_QUERY_LOCATOR. */
  read(locator: string, now: number): QueryPage {
    const [id = '', from = ''] = locator.split('-');
    const query = this.open.get(id);
    if (!query || query.expiresAt <= now || !/^\d+$/.test(from) || Number(from) >= query.result.rows.length) {
      throw refuse(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
    }
    return this.page(id, Number(from));
  }

  /** Makes every locator unknown. */
  expire(): void {
    this.open.clear();
  }

  private page(id: string, from: number): QueryPage {
    const { result, batchSize } = this.open.get(id)!;
    // By the page alone, so that reading it again gives the same rows.
    const choice = hashSeed(id, from);
    const isShort = choice % SHORT_PAGE_EVERY === 0;
    const size = isShort ? Math.ceil(batchSize * (0.5 + (choice % 50) / 100)) : batchSize;
    const to = Math.min(from + size, result.rows.length);
    return { result, from, to, next: to < result.rows.length ? `${id}-${to}` : undefined };
  }
}
