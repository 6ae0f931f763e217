import {
  type Contact,
  type ContactSource,
  type CrmState,
  type CrmStatus,
  type PageOf,
  type PageRequest,
  type Platform,
  platforms,
} from '../domain/index.js';
import { type ContactRow, contactColumns, readContact } from './contact-rows.js';
import type { Database } from './database.js';
import { decodeCursor, toPage } from './keyset.js';
import { hasShownState, isHeld, isLiving, isShown, shownState } from './shown-links.js';

export interface ContactSelection {
  readonly search?: string | null;
  readonly source?: readonly ContactSource[] | null;
  readonly inPlatform?: Platform | null;
  readonly notInPlatform?: Platform | null;
  readonly crmState?: CrmState | null;
  readonly updatedSince?: Date | null;
}

export interface ContactOrdering {
  readonly field: 'UPDATED_AT' | 'CREATED_AT' | 'NAME';
  readonly direction: 'ASC' | 'DESC';
}

export interface ContactQueries {
  find(userId: string, id: string): Promise<Contact | null>;
  /** Those of the ids that are living contacts, in any order. */
  findAll(userId: string, ids: readonly string[]): Promise<Contact[]>;
  list(
    userId: string,
    ask: { page: PageRequest; selection: ContactSelection; order: ContactOrdering },
  ): Promise<PageOf<Contact>>;
  count(userId: string, selection: ContactSelection): Promise<number>;
  /** One link per contact and connected platform: a dead one where there is no living one. */
  listCrmStatus(userId: string, contactIds: readonly string[]): Promise<CrmStatus[]>;
}

/** What each order sorts by, and how its value travels in a cursor without loss. */
const orderings = {
  UPDATED_AT: {
    column: 'c.updated_at',
    type: 'timestamptz',
    write: (row: ContactRow) => iso(row.updated_at),
    accepts: undefined,
  },
  CREATED_AT: {
    column: 'c.created_at',
    type: 'timestamptz',
    write: (row: ContactRow) => iso(row.created_at),
    accepts: undefined,
  },
  NAME: {
    column: 'c.display_name',
    type: 'text',
    write: (row: ContactRow) => row.display_name as string,
    accepts: (value: string) => value.length <= 1_000 && !value.includes('\0'),
  },
} as const;

function iso(at: unknown): string {
  return (at as Date).toISOString();
}

export function createContactQueries(database: Database): ContactQueries {
  const findAll = (userId: string, ids: readonly string[]) =>
    database.asUser(userId, async (sql) => {
      const found = await sql.query(
        `SELECT ${contactColumns} FROM contacts c WHERE c.user_id = $1 AND c.id = ANY($2) AND c.deleted_at IS NULL`,
        [userId, ids],
      );
      return found.rows.map(readContact);
    });
  return {
    find: async (userId, id) => (await findAll(userId, [id]))[0] ?? null,
    findAll,
    list: (userId, { page, selection, order }) => listContacts(database, userId, page, selection, order),
    count: (userId, selection) =>
      database.asUser(userId, async (sql) => {
        const { where, values } = selectionSql(userId, selection);
        const found = await sql.query(`SELECT count(*)::int AS count FROM contacts c WHERE ${where}`, values);
        return found.rows[0].count;
      }),
    listCrmStatus: (userId, contactIds) =>
      database.asUser(userId, async (sql) => {
        const found = await sql.query({
          name: 'list-crm-status',
          text: `SELECT m.contact_id AS "contactId", m.platform, m.external_id AS "externalId",
              m.record_type AS "recordType", m.url, ${shownState} AS state, m.direction, m.last_synced_at AS "lastSyncedAt", m.error
            FROM crm_contact_mappings m JOIN crm_integrations i USING (user_id, platform)
            WHERE m.user_id = $1 AND m.contact_id = ANY($2) AND i.state <> 'DISCONNECTED'
              AND ${isShown}`,
          values: [userId, contactIds],
        });
        return found.rows.sort((a, b) => platforms.indexOf(a.platform) - platforms.indexOf(b.platform));
      }),
  };
}

function listContacts(
  database: Database,
  userId: string,
  page: PageRequest,
  selection: ContactSelection,
  order: ContactOrdering,
): Promise<PageOf<Contact>> {
  const { column, type, write, accepts } = orderings[order.field];
  const name = `${order.field} ${order.direction}`;
  const place = decodeCursor(name, page, accepts);
  const ascending = (order.direction === 'ASC') !== page.backward;
  const { where, values } = selectionSql(userId, selection);
  const next = values.length;
  // The first comparison alone lets the index on (user, value) start at the place; the row decides the rest.
  const compare = ascending ? '>' : '<';
  const from = place
    ? `AND ${column} ${compare}= $${next + 1}::${type} AND (${column}, c.id) ${compare} ($${next + 1}::${type}, $${next + 2}::uuid)`
    : '';
  const direction = ascending ? 'ASC' : 'DESC';
  return database.asUser(userId, async (sql) => {
    const found = await sql.query(
      `SELECT ${contactColumns} FROM contacts c WHERE ${where} ${from}
       ORDER BY ${column} ${direction}, c.id ${direction} LIMIT ${page.limit + 1}`,
      place ? [...values, place.value, place.id] : values,
    );
    return toPage(found.rows, page, name, (row) => ({
      node: readContact(row),
      place: { value: write(row), id: row.id },
    }));
  });
}

/** The condition on `contacts c` and its parameters, of which $1 is the user. */
export function selectionSql(
  userId: string,
  selection: ContactSelection,
): { where: string; values: unknown[] } {
  const values: unknown[] = [userId];
  const parts = ['c.user_id = $1', 'c.deleted_at IS NULL'];
  const add = (value: unknown, write: (parameter: string) => string) => {
    values.push(value);
    parts.push(write(`$${values.length}`));
  };
  for (const alternatives of searchTerms(selection.search)) {
    add(
      alternatives.map(likePattern),
      (it) => `c.search_text LIKE ANY(ARRAY(SELECT fold_text(unnest(${it}::text[]))))`,
    );
  }
  if (selection.source) add(selection.source, (it) => `c.source = ANY(${it}::contact_source[])`);
  if (selection.inPlatform) {
    add(selection.inPlatform, (it) => `${isHeld(`m.platform = ${it} AND ${isLiving}`)} IS TRUE`);
  }
  if (selection.notInPlatform) {
    add(selection.notInPlatform, (it) => `${isHeld(`m.platform = ${it} AND ${isLiving}`)} IS NOT TRUE`);
  }
  if (selection.crmState)
    parts.push(`${isHeld(`${hasShownState(selection.crmState)} AND ${isShown}`)} IS TRUE`);
  if (selection.updatedSince) add(selection.updatedSince, (it) => `c.updated_at >= ${it}`);
  return { where: parts.join(' AND '), values };
}

/** Fewer would be in every number. */
const leastDigits = 4;

/** Every word must be found. What looks like a phone number may stand in any notation: then its digits count. */
function searchTerms(search: string | null | undefined): string[][] {
  const text = search?.normalize('NFC').trim() ?? '';
  const isPhone = /^\+?[\d\s().-]{5,}$/.test(text);
  const digits = isPhone ? text.replace('(0)', '').replace(/\D/g, '').replace(/^0+/, '') : '';
  if (digits.length >= leastDigits) return [[text, digits]];
  return text
    .split(/\s+/)
    .filter((term) => term !== '')
    .map((term) => [term]);
}

function likePattern(term: string): string {
  return `%${term.replace(/[\\%_]/g, '\\$&')}%`;
}
