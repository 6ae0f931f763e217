import type { ApiReply, ApiRequest } from '../../../../src/connectors/kit/session.js';
import type { OrgSession } from '../../../../src/connectors/salesforce/org.js';

export interface FakeRow {
  readonly Id: string;
  stamp: number;
  isDeleted: boolean;
  isConverted: boolean;
  master: string | null;
  fields: Record<string, unknown>;
}

/** A collection as it was sent: of a creation, ids that it may get. */
export interface SentCollection {
  readonly method: string;
  readonly records: readonly Record<string, unknown>[];
  readonly ids: readonly string[];
}

/** Salesforce's ids as its documents tell them: a prefix, a number, 18 characters. */
export const idOf = (number: number, prefix = '003') => `${prefix}${String(number).padStart(12, '0')}AAA`;

/**
 * One object of an org behind a session: the queries that its documents allow, no network, a clock of its own.
 */
export class FakeOrg {
  now = Date.parse('2026-03-01T00:00:00.000Z');
  readonly rows = new Map<string, FakeRow>();
  readonly asked: ApiRequest[] = [];
  /** Rows in one reply at most; Salesforce may send fewer than it was asked for. */
  batch = 2_000;
  /** Rows in one part of a Bulk result at most. */
  part = 15_000;
  /** How often a job is looked at before it is complete. */
  looks = 0;
  jobState: 'JobComplete' | 'Failed' | 'Aborted' = 'JobComplete';
  /** Runs after every answered call: the place for changes while we read. */
  afterCall: () => void = () => undefined;
  /** Instead of an answer. */
  refuse: (request: ApiRequest) => Error | undefined = () => undefined;
  /** What each record of a collection comes to, in the order of what was sent. */
  save: (sent: SentCollection) => unknown = ({ ids }) => ids.map((id) => ({ id, success: true, errors: [] }));
  /** The text of a good answer, on its way. */
  garble: (text: string, request: ApiRequest) => string = (text) => text;
  #jobs = 0;
  #made = 0;
  #looked = 0;

  constructor(readonly prefix = '003') {}

  readonly session: OrgSession = {
    accountId: '00D000000000001AAA',
    calls: 0,
    apiUrl: 'https://acme.my.salesforce.com',
    tokens: { current: async () => 't', renew: async () => 't' },
    call: async (request) => {
      this.asked.push(request);
      const error = this.refuse(request);
      if (error) throw error;
      const reply = this.#answer(request);
      this.afterCall();
      return reply;
    },
  };

  put(number: number, stamp: number, fields: Record<string, unknown> = {}): FakeRow {
    const Id = idOf(number, this.prefix);
    const row = { Id, stamp, isDeleted: false, isConverted: false, master: null, fields };
    this.rows.set(Id, row);
    return row;
  }

  live(): string[] {
    const living = [...this.rows.values()].filter((it) => !it.isDeleted && !it.isConverted);
    return living.map(({ Id }) => Id).sort();
  }

  #answer(request: ApiRequest): ApiReply {
    const url = new URL(request.path, 'https://acme.my.salesforce.com');
    const at = new Date(Math.floor(this.now / 1_000) * 1_000);
    const path = url.pathname.replace('/services/data/v67.0', '');
    const csv = path.endsWith('/results') ? this.#result(url.searchParams) : undefined;
    const text = csv?.text ?? JSON.stringify(this.#json(path, url.searchParams, request));
    const headers = csv?.headers ?? { 'content-type': 'application/json;charset=UTF-8' };
    return { status: 200, headers, at, body: this.garble(text, request) };
  }

  #json(path: string, query: URLSearchParams, request: ApiRequest): unknown {
    if (path === '/query' || path === '/queryAll') return this.#query(query.get('q')!, path === '/queryAll');
    if (path === '/composite/sobjects') return this.save(this.#collection(request, query));
    if (request.method === 'POST') {
      this.#looked = 0;
      return { id: `750${String(++this.#jobs).padStart(12, '0')}AAA`, state: 'UploadComplete' };
    }
    const state = this.#looked++ < this.looks ? 'InProgress' : this.jobState;
    return { id: path.split('/').at(-1), state };
  }

  #collection({ method, body }: ApiRequest, query: URLSearchParams): SentCollection {
    if (method === 'DELETE') return { method, records: [], ids: query.get('ids')!.split(',') };
    const { records } = body as { records: Record<string, unknown>[] };
    const made = () => idOf(500_000 + ++this.#made, this.prefix);
    return { method, records, ids: records.map(({ id }) => (id as string | undefined) ?? made()) };
  }

  #query(soql: string, all: boolean): unknown {
    const matching = [...this.rows.values()].filter((it) => (all || !it.isDeleted) && fits(it, soql));
    if (soql.startsWith('SELECT COUNT()')) return { totalSize: matching.length, done: true, records: [] };
    matching.sort(soql.includes('ORDER BY SystemModstamp') ? byChange : byId);
    const limited = matching.slice(0, Number(/ LIMIT (\d+)$/.exec(soql)?.[1] ?? matching.length));
    const records = limited.slice(0, this.batch).map(render);
    const done = records.length === limited.length;
    const next = done ? {} : { nextRecordsUrl: '/services/data/v67.0/query/01gxx-2000' };
    return { totalSize: limited.length, done, ...next, records };
  }

  #result(query: URLSearchParams) {
    const living = [...this.rows.values()].filter((it) => !it.isDeleted && !it.isConverted).sort(byId);
    const from = Number(query.get('locator') ?? 0);
    const part = living.slice(from, from + Math.min(this.part, Number(query.get('maxRecords'))));
    const next = from + part.length;
    const lines = part.map((row) => columns.map((name) => quote(cell(row, name))).join(','));
    return {
      text: `${[columns.map(quote).join(','), ...lines].join('\n')}\n`,
      headers: {
        'content-type': 'text/csv; charset=UTF-8',
        'sforce-locator': next < living.length ? String(next) : 'null',
        'sforce-numberofrecords': String(part.length),
      },
    };
  }
}

const columns = ['Id', 'FirstName', 'LastName', 'Email', 'Account.Name', 'SystemModstamp', 'IsDeleted'];

function cell(row: FakeRow, name: string): string {
  if (name === 'Id') return row.Id;
  if (name === 'SystemModstamp') return new Date(row.stamp).toISOString();
  if (name === 'IsDeleted') return String(row.isDeleted);
  return String(row.fields[name] ?? '');
}

const quote = (value: string) => (value === '' ? '' : `"${value.replaceAll('"', '""')}"`);

function render(row: FakeRow): Record<string, unknown> {
  return {
    attributes: { type: 'Contact', url: `/services/data/v67.0/sobjects/Contact/${row.Id}` },
    Id: row.Id,
    LastName: null,
    Email: null,
    ...row.fields,
    SystemModstamp: new Date(row.stamp).toISOString().replace('Z', '+0000'),
    IsDeleted: row.isDeleted,
    IsConverted: row.isConverted,
    MasterRecordId: row.master,
  };
}

/** The conditions that reading uses; any other one is an error here. */
function fits(row: FakeRow, soql: string): boolean {
  const where = / WHERE (.*?)(?: ORDER BY .*)?$/.exec(soql)?.[1];
  if (where === undefined) return true;
  const place = /^\(SystemModstamp > (\S+) OR \(SystemModstamp = (\S+) AND Id > '(\w+)'\)\)$/.exec(where);
  if (place) {
    const time = Date.parse(place[1]!);
    if (place[1] !== place[2]) throw new Error(`two times in ${where}`);
    return row.stamp > time || (row.stamp === time && row.Id > place[3]!);
  }
  return where.split(' AND ').every((condition) => {
    const since = /^SystemModstamp >= (\S+)$/.exec(condition);
    if (since) return row.stamp >= Date.parse(since[1]!);
    const behind = /^Id > '(\w+)'$/.exec(condition);
    if (behind) return row.Id > behind[1]!;
    const among = /^Id IN \((.+)\)$/.exec(condition);
    if (among) return among[1]!.split(',').includes(`'${row.Id}'`);
    const equal = /^(Email|LastName) IN \('(.+)'\)$/.exec(condition);
    if (equal) return equal[2]!.split("','").includes(String(row.fields[equal[1]!]).toLowerCase());
    const made = /^CreatedDate >= (\S+)$/.exec(condition);
    if (made) return Date.parse(String(row.fields.CreatedDate)) >= Date.parse(made[1]!);
    if (condition === 'IsConverted = false') return !row.isConverted;
    throw new Error(`MALFORMED_QUERY: ${condition}`);
  });
}

const byId = (a: FakeRow, b: FakeRow) => (a.Id < b.Id ? -1 : 1);
const byChange = (a: FakeRow, b: FakeRow) => a.stamp - b.stamp || byId(a, b);
