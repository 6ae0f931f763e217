/** A control request that cannot be carried out; the message says what to change. Answered with 400. */
export class ControlInputError extends Error {
  override readonly name = 'ControlInputError';
}

/** The account that control calls mean when they name none. */
export const DEFAULT_ACCOUNT = 'demo';

const ACCOUNT_NAME = /^[A-Za-z0-9._@+-]{1,64}$/;

/** True for a usable account name: 1 to 64 ASCII letters, digits or `. _ @ + -`. */
export function isAccountName(name: unknown): name is string {
  return typeof name === 'string' && ACCOUNT_NAME.test(name);
}

/** The request's JSON object; an absent body counts as an empty one. */
export function readObject(body: unknown): Record<string, unknown> {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw new ControlInputError('The body must be a JSON object.');
  }
  return body as Record<string, unknown>;
}

/** The account named by the query or the body, or undefined. */
export function readAccount(query: unknown, body?: unknown): string | undefined {
  const named = readObject(query).account ?? readObject(body).account;
  if (named === undefined) return undefined;
  if (!isAccountName(named)) {
    throw new ControlInputError('account must be 1 to 64 letters, digits or . _ @ + -');
  }
  return named;
}

/** An optional whole number of the body, at least `min`. */
export function readCount(
  body: Record<string, unknown>,
  field: string,
  fallback: number,
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const value = body[field];
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new ControlInputError(`${field} must be a whole number ${range}; got ${JSON.stringify(value)}.`);
  }
  return value;
}

/** An optional boolean of the body. */
export function readFlag(body: Record<string, unknown>, field: string): boolean | undefined {
  const value = body[field];
  if (value === undefined || typeof value === 'boolean') return value;
  throw new ControlInputError(`${field} must be true or false; got ${JSON.stringify(value)}.`);
}

/** Refuses fields that the verb does not know, so that a misspelt one is not ignored. */
export function refuseUnknown(body: Record<string, unknown>, known: readonly string[]): void {
  for (const field of Object.keys(body)) {
    if (field !== 'account' && !known.includes(field)) {
      throw new ControlInputError(`Unknown field "${field}"; known: ${known.join(', ')}.`);
    }
  }
}
