import { type ExecutionResult, graphql } from 'graphql';
import { createContext } from '../../../src/api/context.js';
import { createSchema } from '../../../src/api/schema.js';
import type { Commands } from '../../../src/commands/index.js';
import { fakeCommands } from './fake-commands.js';

const schema = createSchema();

/** Executes an operation for alice; what it answers, as JSON carries it. Throws the first error. */
export async function ask(
  behaviour: Partial<Commands>,
  source: string,
  variableValues?: Record<string, unknown>,
): Promise<ExecutionResult['data']> {
  const contextValue = createContext(fakeCommands(behaviour), 'alice');
  const { data, errors } = await graphql({ schema, source, contextValue, variableValues });
  if (errors) throw errors[0];
  return JSON.parse(JSON.stringify(data));
}
