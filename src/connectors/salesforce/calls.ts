import { z } from 'zod';
import { headerOf } from '../kit/http.js';
import { unreadable } from './errors.js';
import type { Org, OrgReply } from './org.js';
import { rowMax } from './soql.js';

export interface RowsReply {
  readonly rows: readonly unknown[];
  /** Whether these are all that match, as far as the reply knows. */
  readonly isWhole: boolean;
  /** Salesforce's clock (ms). */
  readonly at: number;
}

/** A part of a Bulk query's result. */
export interface ResultReply {
  /** CSV with a header row. */
  readonly text: string;
  /** The next part; null after the last one. */
  readonly next: string | null;
  /** Rows of this part, where Salesforce tells. */
  readonly rows: number | null;
}

export type JobFate = 'waiting' | 'complete' | 'lost';

/** The calls that reading takes. */
export interface OrgCalls {
  count(soql: string): Promise<{ readonly total: number; readonly at: number }>;
  /** Living records, or with `all` deleted ones too. */
  query(soql: string, scope: 'living' | 'all'): Promise<RowsReply>;
  createJob(soql: string): Promise<{ readonly jobId: string; readonly at: number }>;
  checkJob(jobId: string): Promise<{ readonly fate: JobFate; readonly at: number }>;
  readResult(jobId: string, locator: string | null): Promise<ResultReply>;
}

/**
 * Rows in one part of a Bulk result: with every field at Salesforce's own limits, and three bytes a character, it stays
 * below the largest body that we take.
 */
const resultRows = 15_000;

const countShape = z.object({ totalSize: z.int().min(0) });
const rowsShape = z.object({ totalSize: z.int().min(0), done: z.boolean(), records: z.array(z.unknown()) });
const jobShape = z.object({
  id: z.string().regex(/^[A-Za-z0-9]{15,18}$/),
  state: z.enum(['Open', 'UploadComplete', 'InProgress', 'JobComplete', 'Failed', 'Aborted']),
});

export function createCalls(org: Org): OrgCalls {
  return {
    async count(soql) {
      const reply = await org.request({ method: 'GET', path: queryPath(soql, 'living') });
      return { total: read(countShape, reply, 'a count').totalSize, at: reply.at };
    },
    async query(soql, scope) {
      const headers = { 'Sforce-Query-Options': `batchSize=${rowMax}` };
      const reply = await org.request({ method: 'GET', path: queryPath(soql, scope), headers });
      const { done, records } = read(rowsShape, reply, 'a page of records');
      if (!done && records.length === 0) throw unreadable('an empty page of records');
      return { rows: records, isWhole: done && records.length < rowMax, at: reply.at };
    },
    async createJob(soql) {
      const body = { operation: 'query', query: soql, columnDelimiter: 'COMMA', lineEnding: 'LF' };
      const reply = await org.request({ method: 'POST', path: '/jobs/query', body });
      return { jobId: read(jobShape, reply, 'a job').id, at: reply.at };
    },
    async checkJob(jobId) {
      const reply = await org.request({ method: 'GET', path: `/jobs/query/${jobId}` });
      const { state } = read(jobShape, reply, 'a job');
      const isLost = state === 'Failed' || state === 'Aborted';
      return { fate: isLost ? 'lost' : state === 'JobComplete' ? 'complete' : 'waiting', at: reply.at };
    },
    async readResult(jobId, locator) {
      const query = new URLSearchParams({
        maxRecords: String(resultRows),
        ...(locator !== null && { locator }),
      });
      const path = `/jobs/query/${jobId}/results?${query}`;
      const reply = await org.request({ method: 'GET', path, headers: { accept: 'text/csv' }, as: 'csv' });
      return resultOf(reply, locator);
    },
  };
}

/** From the root of the versioned API. */
function queryPath(soql: string, scope: 'living' | 'all'): string {
  return `/${scope === 'all' ? 'queryAll' : 'query'}?q=${encodeURIComponent(soql)}`;
}

/** An error page with a good status has the shape of none. */
function read<T>(shape: z.ZodType<T>, { body }: OrgReply, what: string): T {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  throw unreadable(what);
}

/** `Sforce-Locator` is the word `null` after the last part (Bulk API 2.0 guide, get results of a query job). */
function resultOf({ body, headers }: OrgReply, asked: string | null): ResultReply {
  const type = headerOf(headers, 'content-type') ?? '';
  const locator = headerOf(headers, 'sforce-locator') ?? 'null';
  if (typeof body !== 'string' || !type.startsWith('text/csv')) throw unreadable('a result');
  if (locator === asked || !/^[\w+/=-]{1,1024}$/.test(locator)) throw unreadable('the same result again');
  const rows = headerOf(headers, 'sforce-numberofrecords');
  return {
    text: body,
    next: locator === 'null' ? null : locator,
    rows: rows !== undefined && /^\d{1,12}$/.test(rows) ? Number(rows) : null,
  };
}
