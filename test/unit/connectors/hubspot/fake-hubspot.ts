import type { ApiReply, ApiRequest, HttpSession } from '../../../../src/connectors/kit/session.js';

export interface FakeContact {
  readonly id: string;
  modified: number;
  archived: boolean;
  properties: Record<string, unknown>;
}

interface Filter {
  readonly propertyName: string;
  readonly operator: 'GTE' | 'GT' | 'EQ';
  readonly value: string;
}

interface SearchBody {
  readonly filterGroups: readonly { readonly filters: readonly Filter[] }[];
  readonly sorts: readonly [{ readonly propertyName: string; readonly direction: string }];
  readonly limit: number;
  readonly after: string;
}

export type AfterStyle = 'next-id' | 'last-id' | 'opaque' | 'offset' | 'big-offset';

const bigOffset = 10n ** 20n;

/** HubSpot's contacts as its documents tell them, behind a session: no network, a clock of its own. */
export class FakeHubspot {
  now = Date.parse('2026-03-01T00:00:00.000Z');
  readonly contacts = new Map<string, FakeContact>();
  readonly asked: ApiRequest[] = [];
  /** Runs after every answered call: the place for changes while we page. */
  afterCall: () => void = () => undefined;
  /** How an answer's contact is sent; the place for records that do not fit. */
  shape: (contact: FakeContact) => unknown = (contact) => render(contact);
  /** The order of the list. */
  rank: (contact: FakeContact) => bigint = ({ id }) => BigInt(id);
  /** What the search's index lacks. */
  readonly unindexed = new Set<string>();
  #ties = 1;

  constructor(private readonly after: AfterStyle = 'next-id') {}

  readonly session: HttpSession = {
    accountId: '62515',
    calls: 0,
    call: async (request) => {
      this.asked.push(request);
      const reply = this.#answer(request);
      this.afterCall();
      return reply;
    },
  };

  put(id: number | string, modified: number, properties: Record<string, unknown> = {}): FakeContact {
    const contact = { id: String(id), modified, archived: false, properties };
    this.contacts.set(contact.id, contact);
    return contact;
  }

  live(): FakeContact[] {
    return [...this.contacts.values()].filter(({ archived }) => !archived);
  }

  #answer(request: ApiRequest): ApiReply {
    const at = new Date(Math.floor(this.now / 1_000) * 1_000);
    const body = request.path.endsWith('/search')
      ? this.#search(request.body as SearchBody)
      : request.path.endsWith('/batch/read')
        ? this.#batch(request.body as { inputs: { id: string }[] })
        : this.#list((request.query ?? {}) as Record<string, string>);
    return { status: 200, headers: {}, at, body };
  }

  #list({ limit, after, archived }: Readonly<Record<string, string>>) {
    const wanted = [...this.contacts.values()].filter((it) => it.archived === (archived === 'true'));
    wanted.sort((a, b) => (this.rank(a) < this.rank(b) ? -1 : 1));
    const from = after === undefined ? 0 : this.#placeOf(wanted, after);
    const page = wanted.slice(from, from + Number(limit));
    const next = wanted[from + page.length];
    const results = page.map(this.shape);
    if (!next) return { results };
    return { results, paging: { next: { after: this.#tokenOf(page.at(-1)!, next, from + page.length) } } };
  }

  #tokenOf(last: FakeContact, next: FakeContact, offset: number): string {
    if (this.after === 'next-id') return next.id;
    if (this.after === 'last-id') return last.id;
    if (this.after === 'big-offset') return String(bigOffset + BigInt(offset));
    return this.after === 'offset' ? String(offset) : Buffer.from(next.id).toString('base64url');
  }

  #placeOf(wanted: readonly FakeContact[], after: string): number {
    if (this.after === 'offset') return Number(after);
    if (this.after === 'big-offset') return Number(BigInt(after) - bigOffset);
    const id = this.after === 'opaque' ? Buffer.from(after, 'base64url').toString() : after;
    const mark = this.contacts.get(id)!;
    const isBehind = (it: FakeContact) =>
      this.after === 'last-id' ? this.rank(it) > this.rank(mark) : this.rank(it) >= this.rank(mark);
    const index = wanted.findIndex(isBehind);
    return index < 0 ? wanted.length : index;
  }

  #search({ filterGroups, sorts, limit, after }: SearchBody) {
    const filters = filterGroups.flatMap((group) => group.filters);
    const indexed = this.live().filter(({ id }) => !this.unindexed.has(id));
    const matching = indexed.filter((it) => filters.every((filter) => fits(it, filter)));
    // Records of equal rank come in another order each time: nothing promises one.
    const tie = ++this.#ties;
    const tieOf = ({ id }: FakeContact) => (Number(id.slice(-6)) * 7919 * tie) % 1009;
    const [{ propertyName, direction }] = sorts;
    matching.sort(
      propertyName === 'hs_object_id' ? byId : (a, b) => a.modified - b.modified || tieOf(a) - tieOf(b),
    );
    if (direction === 'DESCENDING') matching.reverse();
    const from = Number(after);
    if (from + limit > 10_000) throw new Error('HubSpot refuses results beyond 10,000');
    const page = matching.slice(from, from + limit);
    const more = from + page.length < matching.length;
    const paging = more ? { next: { after: String(from + page.length) } } : undefined;
    return { total: matching.length, results: page.map(this.shape), ...(paging && { paging }) };
  }

  #batch({ inputs }: { inputs: { id: string }[] }) {
    const found = inputs.flatMap(({ id }) => this.contacts.get(id) ?? []).filter(({ archived }) => !archived);
    return { status: 'COMPLETE', results: found.map(this.shape) };
  }
}

export function render(
  contact: FakeContact,
): { id: unknown; properties: Record<string, unknown> } & Record<string, unknown> {
  const lastmodifieddate = new Date(contact.modified).toISOString();
  return {
    id: contact.id,
    properties: { hs_object_id: contact.id, lastmodifieddate, ...contact.properties },
    archived: contact.archived,
    updatedAt: lastmodifieddate,
  };
}

function byId(a: FakeContact, b: FakeContact): number {
  return BigInt(a.id) < BigInt(b.id) ? -1 : 1;
}

function fits(contact: FakeContact, { propertyName, operator, value }: Filter): boolean {
  const held = propertyName === 'hs_object_id' ? BigInt(contact.id) : BigInt(contact.modified);
  const wanted = BigInt(value);
  if (operator === 'EQ') return held === wanted;
  return operator === 'GTE' ? held >= wanted : held > wanted;
}
