import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContactValues, normalizeValues } from '../../../src/domain/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { create, idOf, openWriting, own } from './salesforce-writing.js';

const sandboxes = await openSandboxes({ port: 0, contacts: 0, seed: 11 });
closeAfterFile(() => sandboxes.close());

describe('what is read back', () => {
  const text = (most: number) =>
    fc.option(fc.oneof(fc.string({ unit: 'binary', maxLength: most }), fc.lorem({ maxCount: 2 })));
  const person = fc
    .record({
      firstName: text(40),
      lastName: text(80),
      email: fc.option(fc.emailAddress().filter((it) => it.length <= 60)),
      phone: fc.option(
        fc.oneof(
          fc.constantFrom('+46 70 123 45 67', '0046701234567'),
          fc.stringMatching(/^[0-9 ()-]{1,40}$/),
        ),
      ),
      company: text(200),
      title: text(128),
    })
    .map((raw) => normalizeValues(raw).values)
    // A first name stands in for the last; in UTF-16 units, as normalisation may lengthen a text.
    .filter((it) => (it.firstName ?? '').length <= 40 && (it.lastName ?? '').length <= 80);
  const batch = fc.uniqueArray(person, {
    minLength: 40,
    maxLength: 60,
    selector: ({ email }) => email ?? Symbol('none'),
  });

  it.each(['contacts', 'leads'] as const)('of %s is what the writer says that they hold', async (name) => {
    const writing = await openWriting(sandboxes.salesforceUrl, name);
    const { write, readBack, [name]: stream } = writing;
    const fitted = (values: ContactValues) => stream.writer!.fit(values);
    await fc.assert(
      fc.asyncProperty(batch, batch, async (first, second) => {
        const made = await write(
          first.map((values, i) => create(`${i}`, { ...values, email: null })),
          stream,
        );
        const ids = first.map((_values, i) => idOf(made.get(`${i}`)));
        const then = await readBack(ids, stream);
        const sent = first.map((values) => fitted({ ...values, email: null }));
        expect(ids.map((id) => own(stream, then.get(id)))).toEqual(sent.map((it) => own(stream, it)));
        const changes = ids.flatMap((id, i) => {
          const values = second[i];
          if (!values) return [];
          const changed = stream.writer!.fields.filter((field) => fitted(values)[field] !== sent[i]![field]);
          return { kind: 'UPDATE' as const, id, externalId: id, values, changed };
        });
        for (const it of (await write(changes, stream)).values()) idOf(it);
        const now = await readBack(ids, stream);
        expect(changes.map(({ id }) => own(stream, now.get(id)))).toEqual(
          changes.map(({ values }) => own(stream, fitted(values))),
        );
      }),
      { numRuns: 8 },
    );
  });
});
