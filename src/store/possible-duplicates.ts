import type { DuplicateReason, PageOf, PageRequest, PossibleDuplicate } from '../domain/index.js';
import type { Database } from './database.js';
import { decodeCursor, toPage } from './keyset.js';

/** Pairs of a user's contacts that may be one person. */
export interface PossibleDuplicates {
  /** The likeliest first. `total` is that of all pages. */
  listDuplicates(userId: string, page: PageRequest): Promise<PageOf<PossibleDuplicate> & { total: number }>;
}

/** What more contacts than this share, such as the number of a switchboard, tells nothing about any two of them. */
const mostSharing = 10;
/** With how many of a block's contacts one is compared: what a block costs grows with its size, not with its square. */
const neighbours = 2;
/** A number with fewer is none: "n/a", an extension. */
const leastDigits = 6;
/**
 * `similarity()` from which two names, two companies are alike: "Jon Smith" and "John Smith" are 0.62, "Acme" and "Acme Inc"
 * 0.56; "Anna Smith" and "Anna Smart" are 0.47.
 */
const [alikeName, alikeCompany] = [0.5, 0.5];

const sharing = (
  field: 'email' | 'phone',
) => `SELECT first_value(id) OVER w AS a, id AS b, count(*) OVER s AS size
  FROM c WHERE ${field} IS NOT NULL WINDOW s AS (PARTITION BY ${field}), w AS (PARTITION BY ${field} ORDER BY id)`;

/** Only what is equal can be grouped fast; how alike two are is asked of neighbours within a group. */
const near = (same: string, start: string) => `SELECT unnest(array_agg(id) OVER (
    PARTITION BY ${same}, left(${start}, 1), left(company, 3) ORDER BY ${start}, company, id
    ROWS BETWEEN ${neighbours} PRECEDING AND 1 PRECEDING)) AS a, id AS b
  FROM c WHERE company <> '' AND ${same} <> ''`;

/** Most neighbours have one name or one company: to compare them costs a tenth of `similarity()`. */
const likeness = (one: string, other: string) =>
  `CASE WHEN ${one} = ${other} THEN 1 ELSE similarity(${one}, ${other}) END`;

const findPairs = `WITH c AS MATERIALIZED (
    SELECT id, email, CASE WHEN phone ~ '(\\d\\D*){${leastDigits}}' THEN phone END AS phone,
      coalesce(fold_text(first_name), '') AS first, coalesce(fold_text(last_name), '') AS last,
      coalesce(fold_text(company), '') AS company, fold_text(concat_ws(' ', first_name, last_name)) AS name
    FROM contacts WHERE user_id = $1 AND deleted_at IS NULL),
  met AS (
    SELECT a, b FROM (${sharing('email')} UNION ALL ${sharing('phone')}) AS shared WHERE a <> b AND size <= ${mostSharing}
    UNION SELECT least(a, b), greatest(a, b) FROM (${near('last', 'first')}) AS same_last
    UNION SELECT least(a, b), greatest(a, b) FROM (${near('first', 'last')}) AS same_first),
  compared AS MATERIALIZED (
    SELECT a, b, coalesce(x.email = y.email, false) AS email, coalesce(x.phone = y.phone, false) AS phone,
      ${likeness('x.name', 'y.name')} AS name, ${likeness('x.company', 'y.company')} AS company,
      x.company <> '' AND x.name <> '' AND y.company <> '' AND y.name <> '' AS is_named
    FROM met JOIN c AS x ON x.id = a JOIN c AS y ON y.id = b),
  reasoned AS (
    SELECT *, is_named AND name >= ${alikeName} AND company >= ${alikeCompany} AS alike FROM compared),
  pairs AS MATERIALIZED (
    SELECT a, b, array_remove(ARRAY[CASE WHEN email THEN 'EMAIL' END, CASE WHEN phone THEN 'PHONE' END,
        CASE WHEN alike THEN 'NAME_AND_COMPANY' END], NULL) AS reasons,
      round((1000 * (1 - CASE WHEN email THEN 0.1 ELSE 1 END * CASE WHEN phone THEN 0.4 ELSE 1 END
        * CASE WHEN alike THEN 1 - 0.7 * (name + company) / 2 ELSE 1 END))::numeric)::int AS score
    FROM reasoned WHERE email OR phone OR alike)
  SELECT (SELECT count(*)::int FROM pairs) AS total, ARRAY(SELECT to_jsonb(p) FROM (
    SELECT * FROM pairs WHERE $2::int IS NULL OR (-score, a, b) > (-$2::int, $3::uuid, $4::uuid)
    ORDER BY -score, a, b LIMIT $5) AS p) AS rows`;

interface PairRow {
  readonly a: string;
  readonly b: string;
  readonly reasons: DuplicateReason[];
  /** In thousandths. */
  readonly score: number;
}

const order = 'duplicates';
const isPlace = (value: string) => /^\d{1,4} [\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(value);

/**
 * Found anew for each page: contacts change, merge and vanish, and a pair that was kept would have to follow them.
 * Everything is read once and sorted, so that the time grows with the contacts and little more.
 */
export function createPossibleDuplicates(database: Database): PossibleDuplicates {
  return {
    listDuplicates: (userId, page) =>
      database.asUser(userId, async (sql) => {
        const place = decodeCursor(order, page, isPlace);
        const [score, a] = place?.value.split(' ') ?? [null, null];
        const found = await sql.query(findPairs, [userId, score, a, place?.id ?? null, page.limit + 1]);
        const { total, rows } = found.rows[0] as { total: number; rows: PairRow[] };
        const pairs = toPage(rows, page, order, (row) => ({
          node: readPair(row),
          place: { value: `${row.score} ${row.a}`, id: row.b },
        }));
        return { ...pairs, total };
      }),
  };
}

function readPair({ a, b, reasons, score }: PairRow): PossibleDuplicate {
  return { id: `${a}:${b}`, contactIds: [a, b], score: score / 1000, reasons };
}
