import { formatMoment, isDeleted, type Row } from '../records/row.js';
import { refuse } from '../replies.js';
import { ok, type RestAnswer, type RestCall, type RestRoute } from './rest-route.js';
import { readObjectPath } from './sobject-routes.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** How far back each goes. */
const UPDATED_DAYS = 30;
const DELETED_DAYS = 15;
const MOST_IDS = 600_000;

/** The ids that were changed, or deleted, in a span of time. */
export const REPLICATION_ROUTES: readonly RestRoute[] = [
  { method: 'GET', path: '/sobjects/:object/updated', handle: listUpdated },
  { method: 'GET', path: '/sobjects/:object/deleted', handle: listDeleted },
];

function listUpdated(call: RestCall): RestAnswer {
  const span = readSpan(call, UPDATED_DAYS);
  const rows = rowsIn(call, span, 'SystemModstamp').filter((it) => !isDeleted(it));
  return ok({ ids: rows.map((it) => it.id), latestDateCovered: formatMoment(span.end) });
}

function listDeleted(call: RestCall): RestAnswer {
  const span = readSpan(call, DELETED_DAYS);
  const rows = rowsIn(call, span, 'LastModifiedDate').filter(isDeleted);
  return ok({
    deletedRecords: rows.map((it) => ({
      id: it.id,
      deletedDate: formatMoment(Number(it.values.LastModifiedDate)),
    })),
    earliestDateAvailable: formatMoment(call.now - DELETED_DAYS * DAY_MS),
    latestDateCovered: formatMoment(span.end),
  });
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function rowsIn(call: RestCall, { start, end }: Span, field: string): Row[] {
  const rows = [...call.org.store.rows(readObjectPath(call).name)].filter((it) => {
    const at = Number(it.values[field]);
    return at >= start && at < end;
  });
  if (rows.length > MOST_IDS) throw refuse(400, 'EXCEEDED_ID_LIMIT', 'The span has too many ids.');
  return rows;
}

/** `start` and `end`, in which `+` may have come as a blank. */
function readSpan({ query, now }: RestCall, days: number): Span {
  const [start, end] = [query.start, query.end].map((it) => Date.parse((it ?? '').replace(' ', '+')));
  if (start === undefined || end === undefined || Number.isNaN(start) || Number.isNaN(end)) {
    throw refuse(400, 'INVALID_REPLICATION_DATE', 'startDate and endDate must be given');
  }
  if (start < now - days * DAY_MS) {
    throw refuse(400, 'INVALID_REPLICATION_DATE', 'startDate before org replication enabled date');
  }
  if (end - start < MINUTE_MS) {
    throw refuse(
      400,
      'INVALID_REPLICATION_DATE',
      'endDate must be at least one minute greater than startDate',
    );
  }
  return { start, end: Math.min(end, now) };
}
