import { readFileSync } from 'node:fs';
import {
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { createSchema } from '../../../src/api/schema.js';

const contract = buildSchema(readFileSync('test/fixtures/contract.graphql', 'utf8'));
let schema: GraphQLSchema;

beforeAll(() => {
  schema = createSchema();
});

/** Every named thing of a schema and its exact shape, one line each: `Query.node(id): ID!`. */
function linesOf(it: GraphQLSchema): string[] {
  const types = Object.values(it.getTypeMap()).filter((type) => !isIntrospectionType(type));
  return types.flatMap((type) => {
    if (isEnumType(type)) return type.getValues().map(({ name }) => `enum ${type.name}.${name}`);
    if (isInputObjectType(type)) {
      return Object.values(type.getFields()).map((field) => `input ${type.name}.${lineOf(field)}`);
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return [`${type.name}`];
    const interfaces = type.getInterfaces().map(({ name }) => `${type.name} implements ${name}`);
    const fields = Object.values(type.getFields()).flatMap((field) => [
      `${type.name}.${field.name}: ${field.type}`,
      ...field.args.map((arg) => `${type.name}.${field.name}(${lineOf(arg)})`),
    ]);
    return [...interfaces, ...fields];
  });
}

function lineOf({ name, type, defaultValue }: GraphQLArgument | GraphQLInputField): string {
  return `${name}: ${type} = ${JSON.stringify(defaultValue)}`;
}

/** Where a description is missing. */
function undescribed(it: GraphQLSchema): string[] {
  const types = Object.values(it.getTypeMap()).filter((type) => !isIntrospectionType(type));
  const named = types.flatMap((type) => {
    const parts = isEnumType(type)
      ? type.getValues()
      : 'getFields' in type
        ? Object.values(type.getFields())
        : [];
    const below = parts.flatMap((part) => [
      { name: `${type.name}.${part.name}`, description: part.description },
      ...(('args' in part ? part.args : []) as readonly GraphQLArgument[]).map((arg) => ({
        name: `${type.name}.${part.name}(${arg.name})`,
        description: arg.description,
      })),
    ]);
    return [{ name: type.name, description: type.description }, ...below];
  });
  const builtIn = new Set(['ID', 'String', 'Int', 'Float', 'Boolean']);
  return named.filter(({ name, description }) => !description && !builtIn.has(name)).map(({ name }) => name);
}

describe('the schema', () => {
  test('holds every type, field, argument, default and nullability of the contract', () => {
    const ours = new Set(linesOf(schema));
    expect(linesOf(contract).length).toBeGreaterThan(200);
    expect(linesOf(contract).filter((line) => !ours.has(line))).toEqual([]);
  });

  test('breaks no client of the contract', () => {
    expect(findBreakingChanges(contract, schema)).toEqual([]);
    const additions = /_ADDED_|^TYPE_ADDED/;
    expect(findDangerousChanges(contract, schema).filter(({ type }) => !additions.test(type))).toEqual([]);
  });

  test('describes everything', () => {
    expect(undescribed(schema)).toEqual([]);
  });
});
