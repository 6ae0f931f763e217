import { type GraphQLSchema, graphql } from 'graphql';
import { pino } from 'pino';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createContext } from '../../../src/api/context.js';
import { createFormatError, type FormatError } from '../../../src/api/errors.js';
import { createScope } from '../../../src/api/request-scope.js';
import { createSchema } from '../../../src/api/schema.js';
import type { Commands } from '../../../src/commands/index.js';
import { AppError, badInput, notFound } from '../../../src/domain/index.js';
import { fakeCommands, fakeContact } from './fake-commands.js';

let schema: GraphQLSchema;
let formatError: FormatError;
let logged: string[];

beforeAll(() => {
  schema = createSchema();
  formatError = createFormatError(schema);
});
beforeEach(() => {
  logged = [];
});

async function errorOf(behaviour: Partial<Commands>, source: string, variables?: Record<string, unknown>) {
  const scope = createScope(pino({ level: 'info' }, { write: (line) => logged.push(line) }), 'req-1');
  scope.variables = variables;
  const contextValue = createContext(fakeCommands(behaviour), 'alice');
  const { errors } = await graphql({ schema, source, contextValue, variableValues: variables });
  expect(errors).toHaveLength(1);
  return formatError(errors![0], scope);
}

const getContact = '{ contact(id: "x") { id } }';
const throwing = (error: unknown): Partial<Commands> => ({
  getContact: async () => {
    throw error;
  },
});

describe('an error that we expect', () => {
  test.each([
    [notFound('contact'), { code: 'NOT_FOUND' }],
    [badInput('email', 'No address.'), { code: 'BAD_USER_INPUT', field: 'email' }],
    [new AppError('FORBIDDEN', 'No.', { field: 'email' }), { code: 'FORBIDDEN' }],
    [
      new AppError('RATE_LIMITED', 'Slow.', { retry: { afterMs: 1_001 } }),
      { code: 'RATE_LIMITED', retryAfterSeconds: 2 },
    ],
    [new AppError('QUOTA_EXHAUSTED', 'Full.'), { code: 'RATE_LIMITED', retryAfterSeconds: 1 }],
    [new AppError('CRM_UNAVAILABLE', 'Down.'), { code: 'UNAVAILABLE' }],
    [new AppError('CRM_REJECTED', 'Refused.'), { code: 'BAD_USER_INPUT' }],
    [new AppError('NEEDS_REAUTHORIZATION', 'Connect again.'), { code: 'INTEGRATION_NOT_CONNECTED' }],
  ])('%s is told in its own words with %o', async (error, extensions) => {
    const formatted = await errorOf(throwing(error), getContact);
    expect(formatted).toEqual({
      message: error.message,
      extensions,
      path: ['contact'],
      locations: [{ line: 1, column: 3 }],
    });
  });
});

describe('an error that nobody expected', () => {
  test.each([
    ['an Error', new Error('duplicate key: SELECT secret FROM users')],
    ['an AppError of the inside', new AppError('INTERNAL', 'SELECT secret')],
    ['no Error at all', 'SELECT secret'],
  ])('%s leaks nothing, and is logged whole under the request id', async (_name, error) => {
    const formatted = await errorOf(throwing(error), getContact);
    expect(formatted).toMatchObject({
      message: 'Something went wrong on our side. Quote this id when you report it: req-1.',
      extensions: { code: 'INTERNAL', requestId: 'req-1' },
    });
    expect(JSON.stringify(formatted)).not.toContain('secret');
    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0]!)).toMatchObject({ requestId: 'req-1' });
    expect(logged[0]).toContain('SELECT secret');
  });

  test('a value that does not fit our own schema is our fault', async () => {
    const contact = fakeContact('x', { source: 'MYSPACE' as never });
    const formatted = await errorOf({ getContact: async () => contact }, '{ contact(id: "x") { source } }');
    expect(formatted.extensions).toEqual({ code: 'INTERNAL', requestId: 'req-1' });
    const missing = fakeContact('x', { displayName: null as never });
    const other = await errorOf({ getContact: async () => missing }, '{ contact(id: "x") { displayName } }');
    expect(other.extensions).toEqual({ code: 'INTERNAL', requestId: 'req-1' });
  });
});

describe("a client's fault", () => {
  const update =
    'mutation ($id: ID!, $input: ContactInput!) { updateContact(id: $id, input: $input) { contact { id } } }';

  test.each([
    ['a syntax error', '{ contact(', undefined, undefined],
    ['an unknown field', '{ contact(id: "x") { ssn } }', undefined, undefined],
    ['an unknown argument', '{ contact(id: "x", age: 3) { id } }', undefined, 'age'],
    ['a wrong literal', '{ integration(platform: MYSPACE) { id } }', undefined, 'platform'],
    [
      'a wrong literal in an input',
      '{ contacts(filter: { updatedSince: "soon" }) { totalCount } }',
      undefined,
      'updatedSince',
    ],
    ['a missing variable', update, { input: {} }, 'id'],
    ['a variable of the wrong type', update, { id: 'x', input: 'all' }, 'input'],
    ['a wrong field in a variable', update, { id: 'x', input: { title: 'CEO', email: 5 } }, 'email'],
    [
      'no operation of that name',
      'query A { viewer { userId } } query B { viewer { userId } }',
      undefined,
      undefined,
    ],
  ])('%s is BAD_USER_INPUT and names what it can', async (_name, source, variables, field) => {
    const { extensions } = await errorOf({}, source, variables);
    expect(extensions).toEqual({ code: 'BAD_USER_INPUT', ...(field && { field }) });
    expect(logged).toEqual([]);
  });
});
