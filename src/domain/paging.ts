import { badInput } from './errors.js';

/** Relay's arguments as a client sent them. */
export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** What to read: `limit` rows after (or, when backward, before) the cursor. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
  readonly backward: boolean;
}

/** One page of a connection, in the order in which clients see it. */
export interface PageOf<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** The most rows that one page may hold. */
const maxPageSize = 100;

/** @throws AppError BAD_USER_INPUT naming the argument at fault. */
export function readPageArgs(args: PageArgs, defaultSize: number): PageRequest {
  const { first, after, last, before } = args;
  const backward = isGiven(last) || isGiven(before);
  if (backward && isGiven(first)) throw badInput('first', 'first does not go with last or before.');
  if (backward && isGiven(after)) throw badInput('after', 'after does not go with last or before.');
  const name = backward ? 'last' : 'first';
  const limit = (backward ? last : first) ?? defaultSize;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxPageSize) {
    throw badInput(name, `${name} must be between 1 and ${maxPageSize}.`);
  }
  return { limit, cursor: (backward ? before : after) ?? null, backward };
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
