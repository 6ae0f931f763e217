import { renderColumns } from '../records/render.js';
import { malformedQuery } from '../replies.js';
import type { QueryPage } from '../soql/query-book.js';
import { runQuery } from '../soql/run.js';
import { ok, type RestAnswer, type RestCall, type RestRoute } from './rest-route.js';

const DEFAULT_BATCH = 2_000;
const SMALLEST_BATCH = 200;
const LARGEST_BATCH = 2_000;

/** `query`, `queryAll` (deleted records too) and the pages after the first, which either of the two gives. */
export const QUERY_ROUTES: readonly RestRoute[] = [
  { method: 'GET', path: '/query', handle: (call) => query(call, 'query') },
  { method: 'GET', path: '/queryAll', handle: (call) => query(call, 'queryAll') },
  { method: 'GET', path: '/query/:locator', handle: (call) => queryMore(call, 'query') },
  { method: 'GET', path: '/queryAll/:locator', handle: (call) => queryMore(call, 'queryAll') },
];

type Resource = 'query' | 'queryAll';

function query(call: RestCall, resource: Resource): RestAnswer {
  const { org, now } = call;
  const { q } = call.query;
  if (q === undefined) throw malformedQuery('A query string has to be specified');
  const result = runQuery(org.store, q, resource === 'queryAll');
  if (!result.columns) return ok({ totalSize: result.rows.length, done: true, records: [] });
  return showPage(call, resource, org.queries.begin(result, readBatchSize(call), now));
}

function queryMore(call: RestCall, resource: Resource): RestAnswer {
  return showPage(call, resource, call.org.queries.read(call.params.locator!, call.now));
}

/** `Sforce-Query-Options: batchSize=500`; what is out of bounds is brought to the nearest bound. */
function readBatchSize({ headers }: RestCall): number {
  const asked = /batchSize\s*=\s*(\d+)/i.exec(headers['sforce-query-options'] ?? '')?.[1];
  if (asked === undefined) return DEFAULT_BATCH;
  return Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, Number(asked)));
}

function showPage({ org, version }: RestCall, resource: Resource, page: QueryPage): RestAnswer {
  const { rows, columns = [] } = page.result;
  const { next } = page;
  return ok({
    totalSize: rows.length,
    done: next === undefined,
    ...(next !== undefined && { nextRecordsUrl: `/services/data/${version}/${resource}/${next}` }),
    records: rows
      .slice(page.from, page.to)
      .map((it) => renderColumns(it, columns, version, (id) => org.store.get(id))),
  });
}
