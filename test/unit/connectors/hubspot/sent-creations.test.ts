import { describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../../src/connectors/kit/session.js';
import { type Answer, creation, errorOf, type Input, madeOf, openWriter } from './fake-writes.js';

/*
 * Creations that were sent before, without an answer.
 */

const minute = 60_000;
const sentAt = new Date(Date.now() - 5 * minute);

/** A contact as a search or a reading by id shows it, made so long after the creation was sent (ms). */
function held(id: string, afterMs: number, properties: Record<string, string>) {
  const at = new Date(sentAt.getTime() + afterMs).toISOString();
  return { id, archived: false, properties: { ...properties, createdate: at, lastmodifieddate: at } };
}

/** HubSpot with these contacts, of which a search shows two a call. */
function hubspotWith(contacts: readonly ReturnType<typeof held>[], refuse?: (input: Input) => object) {
  let next = 900;
  const search = ({ body }: ApiRequest): Answer => {
    const { filterGroups } = body as { filterGroups: [{ filters: { operator: string; value?: string }[] }] };
    const beyond = filterGroups[0].filters.find(({ operator }) => operator === 'GT')?.value ?? '0';
    const rest = contacts.filter(({ id }) => Number(id) > Number(beyond));
    const paging = rest.length > 2 ? { next: { after: '2' } } : undefined;
    return [200, { total: rest.length, results: rest.slice(0, 2), ...(paging && { paging }) }];
  };
  return openWriter((inputs, request) => {
    if (request.path.endsWith('/search')) return search(request);
    if (request.path.endsWith('/batch/read'))
      return [200, { results: contacts.filter(({ id }) => inputs.some((it) => it.id === id)) }];
    const errors = inputs.flatMap((it) => refuse?.(it) ?? []);
    if (errors.length > 0) return [207, { results: [], errors }];
    return [201, { results: inputs.map((it) => madeOf(it, String(next++))) }];
  });
}

describe('a creation without an e-mail', () => {
  const ann = { firstname: 'Ann', phone: '1' };
  const values = { firstName: 'Ann', phone: '1' };

  it('is not sure before the search can show what it made', async () => {
    const { write, asked } = hubspotWith([]);
    const [unsure, sent] = await write(
      creation('a', values, new Date(Date.now() + 10_000)),
      creation('b', values),
    );
    expect(unsure).toMatchObject({ id: 'a', kind: 'UNSURE', afterMs: 2_600 });
    expect(sent).toMatchObject({ id: 'b', kind: 'DONE' });
    expect(asked).toHaveLength(1);
  });

  it('takes the first that was made since with exactly its values, each once, else makes one', async () => {
    const { write } = hubspotWith([
      held('1', -2 * minute, ann),
      held('2', -1_000, ann),
      held('3', 500, { ...ann, company: 'X' }),
      held('4', 3_000, ann),
      held('5', 1_000, ann),
      held('6', 11 * minute, ann),
    ]);
    const outcomes = await write(...['a', 'b', 'c', 'd'].map((id) => creation(id, values, sentAt)));
    const ids = outcomes.map((it) => (it.kind === 'DONE' ? `${it.id} ${it.externalId}` : it.kind)).sort();
    expect(ids).toEqual(['a 5', 'b 4', 'c 2', 'd 900']);
  });

  it('is looked for by the time of its making, and by id from page to page', async () => {
    const { write, asked } = hubspotWith([1, 2, 3].map((id) => held(String(id), 0, { lastname: `L${id}` })));
    await write(creation('a', { lastName: 'L3' }, sentAt));
    const searches = asked.map(
      ({ body }) => body as { filterGroups: [{ filters: unknown[] }]; after: string },
    );
    expect(searches).toHaveLength(2);
    const window = [
      { propertyName: 'createdate', operator: 'GTE', value: String(sentAt.getTime() - minute) },
      { propertyName: 'createdate', operator: 'LTE', value: String(sentAt.getTime() + 10 * minute) },
      { propertyName: 'email', operator: 'NOT_HAS_PROPERTY' },
    ];
    expect(searches[0]!.filterGroups).toEqual([{ filters: window }]);
    const beyond = { propertyName: 'hs_object_id', operator: 'GT', value: '2' };
    expect(searches[1]!.filterGroups).toEqual([{ filters: [...window, beyond] }]);
    expect(searches.map(({ after }) => after)).toEqual(['0', '0']);
  });
});

describe('a creation with an e-mail', () => {
  const email = 'ann@x.example';
  const refuse = ({ objectWriteTraceId }: Input) =>
    errorOf('CONFLICT', 'Contact already exists. Existing ID: 7', objectWriteTraceId);

  it.each([
    ['is done where HubSpot holds what it made', 1_000, { email }, 'DONE'],
    ['is somebody else’s where the values differ', 1_000, { email, firstname: 'Theirs' }, 'EXISTS'],
    ['is somebody else’s where that was there long before', -2 * minute, { email }, 'EXISTS'],
  ])('%s', async (_, afterMs, properties, kind) => {
    const { write, asked } = hubspotWith([held('7', afterMs, properties)], refuse);
    expect(await write(creation('a', { email }, sentAt))).toMatchObject([{ kind, externalId: '7' }]);
    expect(asked.map(({ path }) => path.split('/').at(-1))).toEqual(['create', 'read']);
  });

  it('exists, unread, where it was not sent before', async () => {
    const { write, asked } = hubspotWith([held('7', 1_000, { email })], refuse);
    expect(await write(creation('a', { email }))).toEqual([{ id: 'a', kind: 'EXISTS', externalId: '7' }]);
    expect(asked).toHaveLength(1);
  });
});
