import { classify } from '../../../../src/connectors/google/errors.js';
import type { ApiReply, ApiRequest, HttpSession } from '../../../../src/connectors/kit/session.js';
import { AppError } from '../../../../src/domain/index.js';

export interface FakePerson {
  readonly resourceName: string;
  readonly updatedAt: number;
  readonly deleted: boolean;
  readonly previous: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
}

type Query = Readonly<Record<string, string | readonly string[]>>;

const dayMs = 24 * 3_600_000;

const badArgument = { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'Invalid token.' } };
const expiredToken = {
  error: { code: 400, status: 'FAILED_PRECONDITION', details: [{ reason: 'EXPIRED_SYNC_TOKEN' }] },
};

/** Google's contacts as its documents tell them, behind a session: no network, a clock of its own. */
export class FakeGoogle {
  now = Date.parse('2026-03-01T00:00:00.000Z');
  readonly persons = new Map<string, FakePerson>();
  /** What merges ended. */
  readonly ended = new Set<string>();
  readonly asked: ApiRequest[] = [];
  /** Runs after every answered call: the place for changes while we page. */
  afterCall: () => void = () => undefined;
  /** How an answer's person is sent; the place for records that do not fit. */
  shape: (person: FakePerson) => unknown = render;
  /** Google gives fewer than it is asked for, as it likes. */
  pageMax = 1_000;
  /** How many of the newest changes lists and syncs do not show yet. */
  lag = 0;
  readonly #history: FakePerson[] = [];
  readonly #lists = new Map<
    string,
    { readonly asked: string; readonly rest: readonly FakePerson[]; readonly sync: string }
  >();
  readonly #syncs = new Map<
    string,
    { readonly asked: string; readonly shown: number; readonly fullAt: number }
  >();
  #shown = 0;
  #tokens = 0;

  readonly session: HttpSession = {
    accountId: '1170',
    calls: 0,
    call: async (request) => {
      this.asked.push(request);
      const reply = this.#answer(request.path, request.query ?? {});
      this.afterCall();
      if (reply.status >= 400) throw classify(reply);
      return reply;
    },
  };

  put(id: string, fields: FakePerson['fields'] = {}, previous: readonly string[] = []): FakePerson {
    const resourceName = `people/${id}`;
    const before = this.persons.get(resourceName)?.previous ?? [];
    return this.#write({
      resourceName,
      deleted: false,
      previous: [...new Set([...before, ...previous])],
      fields,
    });
  }

  delete(id: string): void {
    const resourceName = `people/${id}`;
    const previous = this.persons.get(resourceName)?.previous ?? [];
    this.#write({ resourceName, deleted: true, previous, fields: {} });
  }

  /** The losers become the survivor, which may be one of them or new; syncs tell their end or keep still. */
  merge(losers: readonly string[], survivor: string, isTold: boolean): void {
    const parts = losers.filter((id) => id !== survivor);
    const former = parts.flatMap((id) => [
      `people/${id}`,
      ...(this.persons.get(`people/${id}`)?.previous ?? []),
    ]);
    for (const id of parts) {
      this.ended.add(id);
      if (isTold) this.delete(id);
      else this.#hide(id);
    }
    this.put(survivor, { names: [{ givenName: `merged ${this.now}` }] }, former);
  }

  live(): FakePerson[] {
    return [...this.persons.values()].filter(({ deleted }) => !deleted);
  }

  expirePages(): void {
    this.#lists.clear();
  }

  #write(person: Omit<FakePerson, 'updatedAt'>): FakePerson {
    const written = { ...person, updatedAt: ++this.now };
    this.persons.set(person.resourceName, written);
    this.#history.push(written);
    return written;
  }

  /** Gone, without a word in any sync but the survivor's. */
  #hide(id: string): void {
    const resourceName = `people/${id}`;
    const gone = {
      resourceName,
      deleted: true,
      previous: [],
      fields: { hidden: true },
      updatedAt: ++this.now,
    };
    this.persons.set(resourceName, gone);
    this.#history.push(gone);
  }

  #answer(path: string, query: Query): ApiReply {
    const at = new Date(this.now);
    const [status, body] = path.endsWith(':batchGet') ? [200, this.#batch(query)] : this.#list(query);
    return { status, headers: {}, at, body };
  }

  #list({ pageToken, syncToken, ...asked }: Query): readonly [number, unknown] {
    this.#shown = Math.max(this.#shown, this.#history.length - this.lag);
    const key = JSON.stringify(asked);
    if (typeof pageToken === 'string') {
      const list = this.#lists.get(pageToken);
      return list?.asked === key ? [200, this.#page(key, list.rest, list.sync)] : [400, badArgument];
    }
    const from = typeof syncToken === 'string' ? this.#syncs.get(syncToken) : undefined;
    if (syncToken !== undefined && from?.asked !== key) return [400, badArgument];
    if (from && this.now - from.fullAt > 7 * dayMs) return [400, expiredToken];
    const last = new Map<string, FakePerson>();
    for (const person of this.#history.slice(from?.shown ?? 0, this.#shown)) {
      last.delete(person.resourceName);
      last.set(person.resourceName, person);
    }
    const told = [...last.values()].filter((it) => (from ? !('hidden' in it.fields) : !it.deleted));
    const sync = `sync-${++this.#tokens}`;
    this.#syncs.set(sync, { asked: key, shown: this.#shown, fullAt: from?.fullAt ?? this.now });
    return [200, { ...this.#page(key, told, sync), ...(!from && { totalItems: told.length }) }];
  }

  #page(asked: string, persons: readonly FakePerson[], sync: string): object {
    const page = persons.slice(0, this.pageMax).map(this.shape);
    const rest = persons.slice(this.pageMax);
    const connections = page.length > 0 && { connections: page };
    if (rest.length === 0) return { ...connections, nextSyncToken: sync };
    const nextPageToken = `page-${++this.#tokens}`;
    this.#lists.set(nextPageToken, { asked, rest, sync });
    return { ...connections, nextPageToken };
  }

  #batch({ resourceNames }: Query): object {
    const names = [resourceNames ?? []].flat() as string[];
    if (names.length > 200) throw new AppError('CRM_REJECTED', 'Google takes 200 at most');
    const responses = names.map((requestedResourceName) => {
      const person = this.live().find(
        (it) => it.resourceName === requestedResourceName || it.previous.includes(requestedResourceName),
      );
      if (!person) return { requestedResourceName, status: { code: 5, message: 'not found' } };
      return { requestedResourceName, person: this.shape({ ...person, previous: [] }), status: {} };
    });
    return { responses };
  }
}

export function render({
  resourceName,
  updatedAt,
  deleted,
  previous,
  fields,
}: FakePerson): Record<string, unknown> {
  const sources = [{ type: 'CONTACT', id: '1a', etag: '#a', updateTime: new Date(updatedAt).toISOString() }];
  const previousResourceNames = previous.length > 0 ? { previousResourceNames: previous } : {};
  if (deleted) return { resourceName, metadata: { deleted: true, ...previousResourceNames } };
  return { resourceName, etag: '%e', metadata: { sources, ...previousResourceNames }, ...fields };
}
