import { type Config, createConfig } from './config.js';
import { findFaultsBetween, type SetVariables } from './faults.js';
import { type VariableValues, variables } from './variables.js';

/** All that is wrong with the environment. The message names every fault and repeats no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly string[]) {
    super(`The configuration has ${count(faults)}:\n${faults.map((it) => `  - ${it}`).join('\n')}`);
  }
}

/**
 * Reads the environment once. An empty variable counts as unset.
 * @throws ConfigError that names every fault together
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = readSetVariables(env);
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(variables)) {
    const parsed = schema.safeParse(given.get(name));
    if (parsed.success) values[name] = parsed.data;
    else faults.push(`${name} ${parsed.error.issues.map((it) => it.message).join('; ')}`);
  }
  faults.push(...findFaultsBetween(given));
  if (faults.length > 0) throw new ConfigError(faults);
  return freezeDeeply(createConfig(values as VariableValues));
}

function readSetVariables(env: Readonly<Record<string, string | undefined>>): SetVariables {
  const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim() ?? ''] as const);
  return new Map(trimmed.filter(([, value]) => value !== ''));
}

function freezeDeeply<T>(value: T): T {
  // A Buffer's bytes cannot be frozen: the engine refuses typed arrays with elements.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const part of Object.values(value)) freezeDeeply(part);
  return Object.freeze(value);
}

function count(faults: readonly string[]): string {
  return faults.length === 1 ? 'a fault' : `${faults.length} faults`;
}
