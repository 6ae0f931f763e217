import { describe, expect, it } from 'vitest';
import type { WriteOutcome } from '../../../../src/connectors/contract.js';
import { creation, errorOf, type Input, madeOf, openWriter, valueError } from './fake-writes.js';

const kinds = (outcomes: readonly WriteOutcome[]) => outcomes.map(({ id, kind }) => `${id} ${kind}`).sort();
const faultOf = (outcome: WriteOutcome | undefined) => {
  if (outcome?.kind !== 'REFUSED') throw new Error(`not refused: ${outcome?.kind}`);
  return outcome.fault;
};
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => creation(`w${i}`, { email: `p${i}@x.example` }));

describe('a batch that HubSpot refuses as a whole', () => {
  const refusal = errorOf('CONFLICT', 'Contact already exists. Existing ID: 77');
  const portal = (isBad: (input: Input) => boolean) =>
    openWriter((inputs) => {
      if (inputs.some(isBad)) return [409, refusal];
      // Such a portal gives no marks back either.
      const results = inputs.map((it) => ({ ...madeOf(it, it.properties.email!.slice(1, -10)) }));
      for (const result of results) Reflect.deleteProperty(result, 'objectWriteTraceId');
      return [201, { results: results.reverse() }];
    });

  it('is sent by halves until the bad one is alone', async () => {
    const { write, asked } = portal(({ objectWriteTraceId }) => objectWriteTraceId === 'w61');
    const outcomes = await write(...many(100));
    for (const { id, ...outcome } of outcomes) {
      const externalId = id === 'w61' ? '77' : id.slice(1);
      expect(outcome).toMatchObject({ kind: id === 'w61' ? 'EXISTS' : 'DONE', externalId });
    }
    expect(outcomes).toHaveLength(100);
    expect(asked.length).toBeLessThanOrEqual(15);
  });

  it('takes a bounded number of calls; what was not sent alone can be sent again', async () => {
    const { write, asked } = portal(() => true);
    const outcomes = await write(...many(100));
    expect(asked).toHaveLength(40);
    expect(outcomes).toHaveLength(100);
    expect(outcomes.filter(({ kind }) => kind !== 'EXISTS').map(faultOf)).toContainEqual(
      expect.objectContaining({ retryable: true }),
    );
  });

  it('for what is wrong with the account, not with a record, fails', async () => {
    const { write, asked } = openWriter(() => [400, valueError('jobtitle', 'PROPERTY_DOESNT_EXIST', 'x')]);
    await expect(write(...many(2))).rejects.toMatchObject({ code: 'CRM_REJECTED', retry: 'never' });
    expect(asked).toHaveLength(1);
  });

  it('without a word is looked at all the same', async () => {
    const { write } = openWriter(() => [409]);
    const [outcome] = await write(creation('a', { email: 'a@x.example' }));
    expect(faultOf(outcome)).toMatchObject({ code: 'CONFLICT', retryable: false });
  });

  it('in part, with errors that name nobody, is sent by halves in that part', async () => {
    const { write, asked } = openWriter((inputs) => {
      const isGood = ({ properties }: Input) => properties.email !== 'p1@x.example';
      const alone = inputs.length === 1;
      const good = inputs.filter((it, i) => isGood(it) && (alone || i !== 2));
      const errors = inputs.filter((it) => !good.includes(it)).map(() => errorOf('VALIDATION_ERROR', 'no'));
      return [207, { results: good.map((it) => madeOf(it, '9')), errors }];
    });
    expect(kinds(await write(...many(3)))).toEqual(['w0 DONE', 'w1 REFUSED', 'w2 DONE']);
    expect(asked).toHaveLength(3);
  });
});

describe('contacts with the same e-mail', () => {
  it('are not sent together: the second one is the first', async () => {
    const { write, asked } = openWriter((inputs) => [201, { results: inputs.map((it) => madeOf(it, '5')) }]);
    const email = 'a@x.example';
    const outcomes = await write(creation('a', { email }), creation('b', { email, phone: '1' }));
    expect(outcomes).toContainEqual({ id: 'b', kind: 'EXISTS', externalId: '5' });
    expect(asked).toHaveLength(1);
  });

  it('are sent one after the other where the first is refused', async () => {
    const { write } = openWriter(([input]) =>
      input!.objectWriteTraceId === 'a'
        ? [207, { results: [], errors: [valueError('phone', 'INVALID_OPTION', '1', 'a')] }]
        : [201, { results: [madeOf(input!, '5')] }],
    );
    const email = 'a@x.example';
    const outcomes = await write(creation('a', { email, phone: '1' }), creation('b', { email }));
    expect(kinds(outcomes)).toEqual(['a REFUSED', 'b DONE']);
  });
});
