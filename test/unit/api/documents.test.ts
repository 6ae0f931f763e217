import { GraphQLError, type GraphQLSchema } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { createBoundedCache } from '../../../src/api/bounded-cache.js';
import { createDocuments } from '../../../src/api/documents.js';
import { chooseRequestId } from '../../../src/api/request-scope.js';
import { createSchema } from '../../../src/api/schema.js';

let schema: GraphQLSchema;
beforeAll(() => {
  schema = createSchema();
});

describe('documents', () => {
  test('are parsed once, and not kept when they do not hold', () => {
    const documents = createDocuments(schema);
    const source = '{ viewer { userId } }';
    expect(documents.read(source)).toBe(documents.read(source));
    expect(documents.read('{ nobody }')).toEqual([expect.any(GraphQLError)]);
    expect(documents.read('{ viewer')).toEqual([expect.any(GraphQLError)]);
  });

  test('that no call stack can hold are refused in words', () => {
    const deep = `{ contacts ${'{ nodes '.repeat(2_400)}${'}'.repeat(2_400)} }`;
    const faults = createDocuments(schema).read(deep);
    expect(faults).toEqual([expect.any(GraphQLError)]);
    expect(String(faults)).not.toContain('call stack');
  });

  test('may have 5,000 tokens', () => {
    const documents = createDocuments(schema);
    const tokensPerField = 6;
    const withFields = (count: number): string =>
      `{ ${Array.from({ length: count }, (_, index) => `a${index}: viewer { userId }`).join(' ')} }`;
    expect('kind' in documents.read(withFields(4_900 / tokensPerField))).toBe(true);
    const faults = documents.read(withFields(5_100 / tokensPerField));
    expect(String(faults)).toContain('5000 tokens');
  });

  test("are found under Apollo's keys as well", async () => {
    const documents = createDocuments(schema);
    const document = documents.read('{ viewer { userId } }') as never;
    await documents.store.set('hash-of-schema:abc', document);
    expect(await documents.store.get('abc')).toBe(document);
  });
});

describe('a bounded cache', () => {
  test('forgets what was not used for the longest time', () => {
    const cache = createBoundedCache<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
  });

  test('counts weights, also of what is replaced or removed', () => {
    const cache = createBoundedCache<string, number>(10);
    cache.set('a', 1, 6);
    cache.set('a', 2, 4);
    cache.set('b', 3, 6);
    expect([cache.get('a'), cache.get('b')]).toEqual([2, 3]);
    cache.delete('a');
    cache.set('c', 4, 4);
    expect([cache.get('b'), cache.get('c')]).toEqual([3, 4]);
    cache.set('d', 5, 11);
    expect([cache.get('b'), cache.get('c'), cache.get('d')]).toEqual([3, 4, undefined]);
  });
});

test('a request id is taken when it is sane', () => {
  expect(chooseRequestId('Abc-1_2')).toBe('Abc-1_2');
  for (const given of [undefined, '', 'a b', 'x'.repeat(65), 'a\nb', ['a', 'b']]) {
    expect(chooseRequestId(given)).toMatch(/^[0-9a-f]{8}-/);
  }
});
