import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordWriter } from '../../../src/connectors/index.js';
import {
  type ContactField,
  type ContactValues,
  contactFields,
  emptyValues,
  type SourceRecord,
} from '../../../src/domain/index.js';
import type { ChangedByRun, UndoPush } from '../../../src/store/index.js';
import { decideUndoHere, decideUndoThere, findRecord } from '../../../src/sync/decide-undo.js';

type Entry = ChangedByRun['entries'][number];

const names = contactFields.map(({ name }) => name);
const valuesOf = (value: fc.Arbitrary<string | null>) =>
  fc.record(Object.fromEntries(names.map((name) => [name, value]))) as fc.Arbitrary<ContactValues>;
/** What CRM and run know; what somebody else writes since is none of these. */
const values = valuesOf(fc.constantFrom(null, 'a', 'b'));
const touched = fc.subarray(names);

const diff = (before: ContactValues, after: ContactValues) =>
  names
    .map((field) => ({ field, before: before[field], after: after[field] }))
    .filter((it) => it.before !== it.after);
const touch = (held: ContactValues, fields: readonly ContactField[]): ContactValues => ({
  ...held,
  ...Object.fromEntries(fields.map((field) => [field, `${field} of somebody else`])),
});
const entryOf = (kind: Entry['kind'], fields: Entry['fields'] = []): Entry => ({
  ...{ kind, fields, isOfPart: false, isOvertaken: false },
});
const contactOf = (entries: readonly Entry[], it: Partial<ChangedByRun> = {}): ChangedByRun => ({
  ...{ contactId: 'c', values: emptyValues, deleted: false, heldBy: [], hasParts: false, entries, ...it },
});

/** A run: the states of a contact one after the other, and what was logged of it, the newest first. */
const run = fc
  .array(fc.record({ values, deleted: fc.boolean() }), { minLength: 1, maxLength: 5 })
  .map((states) => {
    const entries = states.slice(1).flatMap((after, index) => {
      const before = states[index] as (typeof states)[number];
      const fields = diff(before.values, after.values);
      if (before.deleted === after.deleted) return fields.length > 0 ? [entryOf('UPDATED', fields)] : [];
      return [entryOf(after.deleted ? 'DELETED' : 'RESTORED', fields)];
    });
    const [before, after] = [states[0], states.at(-1)] as [(typeof states)[number], (typeof states)[number]];
    return { before, after, entries: entries.reverse() };
  });

describe('what a run did to a contact', () => {
  it('taken back leaves it as it was before, but for what somebody has changed since, which is named', () => {
    const property = fc.property(run, touched, ({ before, after, entries }, fields) => {
      const now = touch(after.values, fields);
      const undone = decideUndoHere(contactOf(entries, { values: now, deleted: after.deleted }));
      expect(undone.values).toEqual(
        Object.fromEntries(names.map((name) => [name, (fields.includes(name) ? now : before.values)[name]])),
      );
      expect(undone.deleted).toBe(before.deleted);
      const changed = new Set(entries.flatMap((entry) => entry.fields.map(({ field }) => field)));
      const words = undone.obstacles.map(({ message }) => message).join(' ');
      for (const name of names)
        expect(new RegExp(`\\b${name}\\b`).test(words)).toBe(changed.has(name) && fields.includes(name));
    });
    fc.assert(property);
  });

  it('taken back, and that taken back, is as the run left it', () => {
    const property = fc.property(run, touched, ({ after, entries }, fields) => {
      const now = { values: touch(after.values, fields), deleted: after.deleted };
      const undone = decideUndoHere(contactOf(entries, now));
      const isEnded = undone.deleted !== now.deleted;
      const kind = !isEnded ? 'UPDATED' : undone.deleted ? 'DELETED' : 'RESTORED';
      const again = decideUndoHere(contactOf([entryOf(kind, diff(now.values, undone.values))], undone));
      expect(again).toEqual({ ...now, obstacles: [] });
    });
    fc.assert(property);
  });

  it('is taken back once: a second time changes nothing more', () => {
    const property = fc.property(run, ({ after, entries }) => {
      const once = decideUndoHere(contactOf(entries, after));
      const twice = decideUndoHere(contactOf(entries, once));
      expect([twice.values, twice.deleted]).toEqual([once.values, once.deleted]);
    });
    fc.assert(property);
  });

  it('was its making: it is deleted, unless it has become more than that', () => {
    const property = fc.property(
      values,
      touched,
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      (made, fields, ...is) => {
        const [isHeld, hasParts, isOvertaken] = is;
        const entry = { ...entryOf('CREATED', diff(emptyValues, made)), isOvertaken };
        const now = touch(made, fields);
        const heldBy = isHeld ? (['GOOGLE'] as const) : [];
        const undone = decideUndoHere(contactOf([entry], { values: now, heldBy, hasParts }));
        expect(undone.values).toEqual(now);
        expect(undone.deleted).toBe(fields.length === 0 && !isHeld && !hasParts && !isOvertaken);
        expect(undone.obstacles.length > 0).toBe(!undone.deleted);
      },
    );
    fc.assert(property);
  });

  it('was a merge: nothing can be taken apart, and it is said', () => {
    const fields = [{ field: 'title', before: null, after: 'CEO' }] as const;
    const merged = decideUndoHere(
      contactOf([entryOf('MERGED', fields)], { values: { ...emptyValues, title: 'CEO' } }),
    );
    expect(merged).toMatchObject({ values: { title: 'CEO' }, obstacles: [{ code: 'CANNOT_UNDO' }] });
    const part = decideUndoHere(contactOf([{ ...entryOf('CREATED'), isOfPart: true }]));
    expect(part).toMatchObject({ deleted: false, obstacles: [{ code: 'CANNOT_UNDO' }] });
  });

  it('was its deletion, and somebody has restored and deleted it since: it stays deleted', () => {
    const entry = { ...entryOf('DELETED'), isOvertaken: true };
    const undone = decideUndoHere(contactOf([entry], { deleted: true }));
    expect(undone).toMatchObject({ deleted: true, obstacles: [{ code: 'CONFLICT' }] });
  });
});

const writer = {
  fields: names,
  fit: (held: ContactValues) => ({ ...held, lastName: held.lastName ?? '-' }),
} as unknown as RecordWriter;
const recordOf = (held: ContactValues, replaces: readonly string[] = []): SourceRecord => ({
  ...{ externalId: '1', recordType: 'contact', url: null, updatedAt: null, values: held, replaces },
});
const pushOf = (kind: UndoPush['kind'], before: ContactValues, sent: ContactValues): UndoPush => ({
  ...{ id: 'p', kind, recordType: 'contact', contactId: 'c', externalId: '1', base: sent },
  fields: diff(sent, before),
});
const found = (record: SourceRecord) => ({ kind: 'FOUND', record }) as const;

describe('what a run sent', () => {
  it('is put back where the CRM still holds it; nothing else of the record is touched', () => {
    const property = fc.property(values, values, touched, (before, sent, fields) => {
      const [start, made] = [writer.fit(before), writer.fit(sent)];
      const now = touch(made, fields);
      const push = pushOf('UPDATE', start, made);
      const decision = decideUndoThere(push, found(recordOf(now)), writer);
      const back = push.fields.filter(({ field }) => !fields.includes(field));
      expect(decision.fields).toEqual(back);
      const kind = back.length > 0 ? 'SEND' : push.fields.length > 0 ? 'NOTHING' : 'DONE';
      expect(decision.kind).toBe(kind);
      expect(decision.obstacles.length).toBe(back.length < push.fields.length ? 1 : 0);
      if (kind !== 'SEND') return;
      const after = { ...now, ...Object.fromEntries(back.map(({ field, after: value }) => [field, value])) };
      expect(decision.values).toEqual(after);
      // Lost before its answer, it is found done, with the same words.
      const again = decideUndoThere(push, found(recordOf(after)), writer);
      expect(again).toEqual({ ...decision, kind: 'DONE' });
    });
    fc.assert(property);
  });

  it('was a record: it is deleted where it holds nothing but what was sent', () => {
    const property = fc.property(values, touched, fc.boolean(), (sent, fields, isMerged) => {
      const made = writer.fit(sent);
      const record = recordOf(touch(made, fields), isMerged ? ['2'] : []);
      const { kind, obstacles } = decideUndoThere(pushOf('DELETE', emptyValues, made), found(record), writer);
      expect(kind).toBe(fields.length === 0 && !isMerged ? 'SEND' : 'NOTHING');
      expect(obstacles.length > 0).toBe(kind === 'NOTHING');
    });
    fc.assert(property);
  });

  it('needs nothing where a made record is gone, and is listed where a changed one is', () => {
    const gone = { kind: 'GONE' } as const;
    const made = pushOf('DELETE', emptyValues, emptyValues);
    expect(decideUndoThere(made, gone, writer)).toMatchObject({ kind: 'DONE', obstacles: [] });
    const changed = pushOf('UPDATE', emptyValues, { ...emptyValues, title: 'CEO' });
    const all = [gone, { kind: 'MERGED' }, { kind: 'UNREAD', words: 'It cannot be read.' }] as const;
    for (const it of all) {
      const { kind, obstacles } = decideUndoThere(changed, it, writer);
      expect([kind, obstacles.length]).toEqual(['NOTHING', 1]);
    }
    const unlinked = { ...changed, base: null };
    const record = recordOf({ ...emptyValues, title: 'CEO' });
    expect(decideUndoThere(unlinked, found(record), writer)).toMatchObject({
      kind: 'NOTHING',
      obstacles: [{ code: 'CANNOT_UNDO' }],
    });
  });

  it('is found in what the CRM answered', () => {
    const record = recordOf(emptyValues, ['2']);
    const tombstones = [{ externalId: '3', recordType: 'contact', at: null }];
    const fault = { externalId: '4', code: 'INVALID_RECORD', message: 'It is too long.', retryable: false };
    const answer = { records: [record], tombstones, faults: [fault] };
    expect(findRecord(answer, '1')).toEqual({ kind: 'FOUND', record });
    expect(findRecord(answer, '2')).toEqual({ kind: 'MERGED' });
    expect(findRecord(answer, '3')).toEqual({ kind: 'GONE' });
    expect(findRecord(answer, '4')).toEqual({ kind: 'UNREAD', words: 'It is too long.' });
    expect(findRecord(answer, '5').kind).toBe('UNREAD');
  });
});
