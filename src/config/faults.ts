import { type VariableName, variables } from './variables.js';

/** The set variables by name: trimmed, empty ones left out. */
export type SetVariables = ReadonlyMap<string, string>;

const OUR_PREFIXES = ['HUBSPOT_', 'SALESFORCE_', 'GOOGLE_', 'AUTH_', 'SANDBOX_'];

/** Faults that no variable has alone: rules between variables. They never repeat a value. */
export function findFaultsBetween(given: SetVariables): string[] {
  return [...roleFaults(given), ...authFaults(given), ...pairFaults(given), ...unknownFaults(given)];
}

function roleFaults(given: SetVariables): string[] {
  const role = given.get('ROLE');
  if (role === 'migrate' && !given.has('DATABASE_URL')) {
    return ['DATABASE_URL is needed by ROLE=migrate: it names the database to migrate'];
  }
  if (role !== 'api' && role !== 'worker') return [];
  const missing = (['DATABASE_URL', 'REDIS_URL'] as const).filter((name) => !given.has(name));
  return missing.map(
    (name) =>
      `${name} is needed by ROLE=${role}: several processes share their state through ` +
      `${name === 'DATABASE_URL' ? 'one PostgreSQL' : 'one Redis'}`,
  );
}

function authFaults(given: SetVariables): string[] {
  if (!given.has('AUTH_JWKS_URL')) return [];
  const faults = (['AUTH_JWT_ISSUER', 'AUTH_JWT_AUDIENCE'] as const)
    .filter((name) => !given.has(name))
    .map(
      (name) =>
        `${name} is needed with AUTH_JWKS_URL: else a token made for another service would be accepted`,
    );
  if (given.has('AUTH_JWT_SECRET')) faults.push('AUTH_JWKS_URL and AUTH_JWT_SECRET are both set: choose one');
  return faults;
}

function pairFaults(given: SetVariables): string[] {
  const pairs = [
    ['HUBSPOT_CLIENT_ID', 'HUBSPOT_CLIENT_SECRET'],
    ['SALESFORCE_CLIENT_ID', 'SALESFORCE_CLIENT_SECRET'],
    ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'],
  ] as const satisfies VariableName[][];
  return pairs.flatMap((pair) => {
    const missing = pair.filter((name) => !given.has(name));
    return missing.length === 1 ? [`${missing[0]} is missing: ${pair.join(' and ')} belong together`] : [];
  });
}

function unknownFaults(given: SetVariables): string[] {
  return [...given.keys()]
    .filter((name) => OUR_PREFIXES.some((prefix) => name.startsWith(prefix)) && !(name in variables))
    .map((name) => `${name} is not a known variable: did you mean ${nearestVariable(name)}?`);
}

function nearestVariable(name: string): string {
  const distances = Object.keys(variables).map((known) => ({ known, distance: editDistance(name, known) }));
  return distances.reduce((best, it) => (it.distance < best.distance ? it : best)).known;
}

/** Levenshtein: insertions, deletions and replacements between two names. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, charA] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, charB] of [...b].entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (charA === charB ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
