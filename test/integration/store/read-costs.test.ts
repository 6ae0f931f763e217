import { graphql } from 'graphql';
import pg from 'pg';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createContext } from '../../../src/api/context.js';
import { createSchema } from '../../../src/api/schema.js';
import { type CommandDeps, createCommands } from '../../../src/commands/index.js';
import { newId, type PageOf } from '../../../src/domain/index.js';
import { at, openStoreFixture, pageOf, recordOf, type StoreFixture } from './store-fixture.js';

/** Rows per table; enough that to read all of one is told from an index by any plan. */
const many = 5_000;
const contacts = 100;

let fixture: StoreFixture;
let client: pg.Client;
let user: string;
let run: string;
let dryRun: string;

/** One run has written many entries about few contacts, and sends and holds as many things; others have done the same. */
beforeAll(async () => {
  fixture = await openStoreFixture();
  client = await fixture.openClient();
  for (let users = 0; users < 2; users += 1) {
    user = await fixture.connectUser();
    const claim = await fixture.claimRun(user);
    run = claim.run.id;
    const records = Array.from({ length: contacts }, (_, n) => recordOf(String(n)));
    const moved = await fixture.store.work.commit(claim, pageOf({ records }), at);
    await fixture.store.work.finish(moved!);
    await fill();
  }
  await client.query(
    `UPDATE sync_runs SET status = 'AWAITING_APPROVAL', brake = 'MASS_DELETE' WHERE id = $1`,
    [run],
  );
});

/** Numbers up to $3, each with a contact. */
const eachContact = `generate_series(1, $3::int) AS n
  JOIN (SELECT id, row_number() OVER () AS place FROM contacts WHERE user_id = $1) AS c ON c.place = 1 + n % ${contacts}`;

const inserts = [
  `INSERT INTO contact_changes (user_id, id, contact_id, sync_run_id, kind, source, fields)
   SELECT $1, new_id(), c.id, $2, 'UPDATED', 'HUBSPOT', '{"title": ["CEO", "CFO"]}'
   FROM ${eachContact}`,
  `INSERT INTO sync_pushes (user_id, id, sync_run_id, platform, contact_id, state)
   SELECT $1, new_id(), $2, 'HUBSPOT', (SELECT id FROM contacts WHERE user_id = $1 LIMIT 1),
     CASE WHEN n % 2 = 0 THEN 'DONE' ELSE 'PLANNED' END FROM generate_series(1, $3::int) AS n`,
  `INSERT INTO crm_contact_mappings (user_id, id, contact_id, platform, external_id, record_type, base)
   SELECT $1, new_id(), c.id, 'HUBSPOT', 'held-' || n, 'contact', '{}' FROM ${eachContact} WHERE $2::uuid IS NOT NULL`,
  `INSERT INTO crm_held_deletions (user_id, id, platform, external_id, record_type)
   SELECT $1, new_id(), 'HUBSPOT', 'held-' || n, 'contact' FROM generate_series(1, $3::int) AS n WHERE $2::uuid IS NOT NULL`,
];

async function fill(): Promise<void> {
  dryRun = newId();
  await client.query(
    `INSERT INTO sync_runs (id, user_id, platform, direction, mode, dry_run, status, finished_at)
     VALUES ($1, $2, 'HUBSPOT', 'PULL', 'FULL', true, 'SUCCEEDED', now())`,
    [dryRun, user],
  );
  for (const insert of inserts) await client.query(insert, [user, run, many]);
  const foretell = (inserts[0] as string).replace('contact_changes', 'preview.contact_changes');
  await client.query(foretell, [user, dryRun, many]);
}

interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** What the store sends to PostgreSQL while `work` is done. */
async function listen(work: () => Promise<unknown>): Promise<Statement[]> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    return query.mock.calls.map((call) => {
      const [ask, values] = call as unknown as [string | Statement, unknown[] | undefined];
      return typeof ask === 'string' ? { text: ask, values: values ?? [] } : ask;
    });
  } finally {
    query.mockRestore();
  }
}

describe('a page of 100 contacts with all that is told of them', () => {
  const schema = createSchema();

  async function countStatements(first: number): Promise<number> {
    const contextValue = createContext(createCommands({ store: fixture.store } as CommandDeps), user);
    const source = `{ contacts(first: ${first}) { nodes { id crmStatus { state } provenance { field } history(first: 5) { nodes { id } } } } }`;
    const sent = await listen(async () => {
      const { data, errors } = await graphql({ schema, source, contextValue });
      expect(errors).toBeUndefined();
      const { nodes } = data!.contacts as {
        nodes: { provenance: unknown[]; history: { nodes: unknown[] } }[];
      };
      expect(nodes).toHaveLength(first);
      for (const node of nodes) {
        expect(node.history.nodes).toHaveLength(5);
        expect(node.provenance).toHaveLength(3);
      }
    });
    return sent.filter(({ text }) => text.startsWith('SELECT') && !text.includes('set_config')).length;
  }

  it('takes one statement for each kind of thing, as a page of one', async () => {
    expect(await countStatements(100)).toBe(4);
    expect(await countStatements(1)).toBe(4);
  });
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** How many rows of tables `work` reads: its statements are explained as they were sent, by the role that the store has. */
async function countRowsRead(work: () => Promise<unknown>): Promise<number> {
  const sent = await listen(work);
  expect(sent.length).toBeGreaterThan(2);
  let rows = 0;
  await client.query('BEGIN');
  try {
    await client.query(`SELECT set_config('role', 'crm_app', true), set_config('app.user_id', $1, true)`, [
      user,
    ]);
    for (const { text, values } of sent.filter((it) => it.text.startsWith('SELECT'))) {
      if (text.startsWith('SELECT set_config')) await client.query(text);
      else {
        const found = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
        rows += rowsRead(found.rows[0]['QUERY PLAN'][0].Plan);
      }
    }
    return rows;
  } finally {
    await client.query('ROLLBACK');
  }
}

function rowsRead(node: PlanNode): number {
  const own = node['Relation Name']
    ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
    : 0;
  return (node.Plans ?? []).reduce((sum, part) => sum + rowsRead(part), own);
}

describe.each(['before the first ANALYZE', 'with statistics'])('%s', (when) => {
  beforeAll(async () => {
    if (when === 'with statistics') await client.query('ANALYZE');
  });

  /** Of the middle of a list, where a cursor stands. */
  async function costOf<T>(
    read: (cursor: string | null) => Promise<PageOf<T>[]>,
    pages: number,
  ): Promise<number> {
    let cursor: string | null = null;
    for (let n = 0; n < pages; n += 1) cursor = (await read(cursor))[0]!.edges.at(-1)!.cursor;
    return countRowsRead(() => read(cursor));
  }
  const page = (cursor: string | null) => ({ limit: 20, cursor, backward: false });

  it('a page of a history reads little more than its own rows', async () => {
    const { edges } = await fixture.store.contacts.list(user, {
      page: page(null),
      selection: {},
      order: { field: 'NAME', direction: 'ASC' },
    });
    const ids = edges.map(({ node }) => node.id);
    const read = (cursor: string | null) => fixture.store.contacts.listHistory(user, ids, page(cursor));
    for (const pages of [0, 2]) expect(await costOf(read, pages)).toBeLessThanOrEqual(ids.length * 22);
  });

  it('provenance reads the histories of its contacts alone', async () => {
    const { edges } = await fixture.store.contacts.list(user, {
      page: page(null),
      selection: {},
      order: { field: 'NAME', direction: 'ASC' },
    });
    const ids = edges.map(({ node }) => node.id);
    expect(await countRowsRead(() => fixture.store.contacts.listProvenance(user, ids))).toBeLessThanOrEqual(
      ids.length * (many / contacts + 2),
    );
  });

  it('a page of what a run changed reads a page of each table', async () => {
    const read = (cursor: string | null) => fixture.store.runs.listChanges(user, [run], page(cursor));
    for (const pages of [0, 3]) expect(await costOf(read, pages)).toBeLessThanOrEqual(5 * 22);
    // Behind all that was done here: what is sent, and what is held.
    const last = (table: string) =>
      client.query(`SELECT id FROM ${table} WHERE user_id = $1 ORDER BY id DESC OFFSET 10 LIMIT 1`, [user]);
    for (const table of ['contact_changes', 'sync_pushes']) {
      const [{ id }] = (await last(table)).rows as [{ id: string }];
      const cursor = Buffer.from(JSON.stringify(['changes', '2026-01-01T00:00:00.000Z', id])).toString(
        'base64url',
      );
      expect(await countRowsRead(() => read(cursor))).toBeLessThanOrEqual(5 * 22);
    }
  });

  it('a page of what a dry run foretells is no dearer', async () => {
    const read = (cursor: string | null) => fixture.store.runs.listChanges(user, [dryRun], page(cursor));
    for (const pages of [0, 3]) expect(await costOf(read, pages)).toBeLessThanOrEqual(5 * 22);
  });

  it('runs about a run are found by it', async () => {
    await client.query(
      `INSERT INTO sync_runs (id, user_id, platform, direction, mode, status)
       SELECT new_id(), $1, 'HUBSPOT', 'PULL', 'FULL', 'SUCCEEDED' FROM generate_series(1, 5000)`,
      [user],
    );
    expect(
      await countRowsRead(() => fixture.store.runs.findUndoing(user, [run, newId()])),
    ).toBeLessThanOrEqual(5);
  });

  it('contacts that wait to be sent are found by what is due, among thousands of links', async () => {
    await fixture.store.integrations.changeSettings(user, 'HUBSPOT', { direction: 'TWO_WAY' });
    await client.query(
      `UPDATE crm_contact_mappings SET push_due = true WHERE user_id = $1 AND external_id = '0'`,
      [user],
    );
    const count = () => fixture.store.contacts.count(user, { crmState: 'PENDING' });
    expect(await count()).toBe(1);
    // Without statistics the user's own links are read once, and nobody else's.
    const most = when === 'with statistics' ? many / 10 : many + 3 * contacts;
    expect(await countRowsRead(count)).toBeLessThanOrEqual(most);
  });
});
