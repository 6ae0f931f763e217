import type { SourceRecord } from '../../domain/index.js';
import type { Row } from './convert.js';
import type { OrgObject } from './org-objects.js';
import { type News, newsOf, nothing } from './reading.js';
import { idMax } from './soql.js';

/** Winners lose too; longer chains than this are not followed. */
const chainMax = 5;

/**
 * What rows tell, in their order, with the merges told on the winners: Salesforce names the winner on the loser
 * (`MasterRecordId`). A winner that is not among the rows is asked for and told with its first loser; one call does for
 * all of a page, unless winners have lost in their turn.
 */
export async function tellMerges(
  object: OrgObject,
  rows: readonly Row[],
  ask: (ids: readonly string[]) => Promise<readonly Row[]>,
): Promise<News[]> {
  const known = new Map(rows.flatMap((row) => (row.id === null ? [] : [[row.id, row] as const])));
  const own = new Set(known.keys());
  await findWinners(known, ask);
  const losers = new Map<string, string[]>();
  for (const row of rows) {
    if (row.id === null || !('mergedInto' in row.outcome)) continue;
    const winner = winnerOf(known, row.id);
    if (winner) losers.set(winner.id, [...(losers.get(winner.id) ?? []), row.id]);
  }
  const told = new Set<string>();
  return rows.map((row) => {
    if (row.id === null || !('mergedInto' in row.outcome)) return withLosers(row, losers);
    const winner = winnerOf(known, row.id);
    if (!winner) return gone(object, row.id, row.changedAt);
    if (own.has(winner.id) || told.has(winner.id)) return nothing;
    told.add(winner.id);
    return withLosers(winner.row, losers);
  });
}

/** Asks for the winners that are not known, until none is missing. */
async function findWinners(
  known: Map<string, Row>,
  ask: (ids: readonly string[]) => Promise<readonly Row[]>,
): Promise<void> {
  const asked = new Set<string>();
  for (let step = 0; step < chainMax; step++) {
    const named = [...known.values()].flatMap(({ outcome }) =>
      'mergedInto' in outcome ? [outcome.mergedInto] : [],
    );
    const missing = [...new Set(named)].filter((id) => !known.has(id) && !asked.has(id));
    if (missing.length === 0) return;
    for (let i = 0; i < missing.length; i += idMax) {
      const ids = missing.slice(i, i + idMax);
      for (const id of ids) asked.add(id);
      for (const row of await ask(ids)) if (row.id !== null) known.set(row.id, row);
    }
  }
}

/** Who is left of a merged record; undefined where nobody is. */
function winnerOf(known: ReadonlyMap<string, Row>, loser: string): { id: string; row: Row } | undefined {
  const passed = new Set<string>();
  let id = loser;
  for (;;) {
    const row = known.get(id);
    if (!row || passed.has(id) || 'tombstone' in row.outcome) return undefined;
    if (!('mergedInto' in row.outcome)) return { id, row };
    passed.add(id);
    id = row.outcome.mergedInto;
  }
}

function withLosers(row: Row, losers: ReadonlyMap<string, readonly string[]>): News {
  const replaces = row.id === null ? undefined : losers.get(row.id);
  if (!replaces || !('record' in row.outcome)) return newsOf(row);
  const record: SourceRecord = { ...row.outcome.record, replaces };
  return { ...nothing, records: [record] };
}

function gone({ name }: OrgObject, externalId: string, changedAt: number | null): News {
  const at = changedAt === null ? null : new Date(changedAt);
  return { ...nothing, tombstones: [{ externalId, recordType: name, at }] };
}
