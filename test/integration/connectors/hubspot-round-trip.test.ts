import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordWrite } from '../../../src/connectors/index.js';
import { contactFields, newId, normalizeValues } from '../../../src/domain/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { creation, openHubspotAccount } from './hubspot-account.js';

const sandboxes = await openSandboxes({ port: 0, contacts: 5, seed: 11 });
closeAfterFile(() => sandboxes.close());
const account = await openHubspotAccount(sandboxes.hubspotUrl, 'round-trip');

describe('what is written and read back', () => {
  it('is what the writer says that a record holds', async () => {
    const text = fc.oneof(
      fc.string({ maxLength: 60, unit: 'binary' }),
      fc.string({ minLength: 250, maxLength: 255, unit: 'grapheme' }),
      fc.constantFrom(
        '',
        '  spaced  ',
        'Ünal Ölçer',
        '李小龍',
        '👩‍👩‍👧‍👦',
        'e\u0301',
        '<b>&amp;</b>',
        'a"b\\c',
        'null',
      ),
    );
    const email = fc.oneof(
      fc.emailAddress(),
      fc.nat().map((n) => `Some.One+tag${n}@Example.COM`),
      fc.constantFrom('', 'user@bücher.example', 'no address'),
    );
    const values = fc
      .record(
        Object.fromEntries(contactFields.map(({ name, kind }) => [name, kind === 'email' ? email : text])),
      )
      .map((raw) => normalizeValues(raw))
      .filter(({ faults }) => faults.length === 0)
      .map((normalized) => normalized.values);
    const batch = fc.array(fc.tuple(values, values), { minLength: 1, maxLength: 20 });
    let written = 0;
    await fc.assert(
      fc.asyncProperty(batch, async (pairs) => {
        const creations = pairs.map(([first]) => creation(first));
        const kept = new Map<string, number>();
        for (const [i, outcome] of (await account.write(...creations)).entries())
          if (outcome.kind === 'DONE') kept.set(outcome.externalId, i);
        const made = await account.read([...kept.keys()]);
        for (const [id, i] of kept)
          expect(made.get(id)?.values).toEqual(account.writer.fit(creations[i]!.values));
        const updates = [...kept].map(([externalId, i]): RecordWrite => {
          const changed = contactFields.map(({ name }) => name);
          return { kind: 'UPDATE', id: newId(), externalId, values: pairs[i]![1], changed };
        });
        const changed = (await account.write(...updates)).flatMap((it) =>
          it.kind === 'DONE' ? [it.externalId] : [],
        );
        written += changed.length;
        const now = await account.read(changed);
        for (const id of changed)
          expect(now.get(id)?.values).toEqual(account.writer.fit(pairs[kept.get(id)!]![1]));
      }),
      { numRuns: 30 },
    );
    expect(written).toBeGreaterThan(50);
  });
});
