import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { createBoundedCache } from './bounded-cache.js';

/** The limits and rules of a document, alike over HTTP and over sockets. */
export const parseOptions = { maxTokens: 5_000 };
export const validationRules: ValidationRule[] = [];

/** The parser calls itself for every level, and so does the validation: the call stack is the limit. */
export const tooDeep = 'The document is nested too deeply.';

/** In characters of source text; the parsed document takes about 30 bytes for each. */
const cachedSourceLength = 1_000_000;

/** Documents that were parsed and found valid, shared by both doors. */
export interface Documents {
  /** The document, or what is wrong with it. */
  read(source: string): DocumentNode | readonly GraphQLError[];
  /** The same cache in the shape that Apollo asks for; its keys end in the hex SHA-256 of the source. */
  readonly store: {
    get(key: string): Promise<DocumentNode | undefined>;
    set(key: string, document: DocumentNode): Promise<void>;
    delete(key: string): Promise<boolean>;
  };
}

export function createDocuments(schema: GraphQLSchema): Documents {
  const cache = createBoundedCache<string, DocumentNode>(cachedSourceLength);
  const keep = (hash: string, document: DocumentNode): void =>
    cache.set(hash, document, document.loc?.source.body.length);

  return {
    read(source) {
      const hash = createHash('sha256').update(source).digest('hex');
      const known = cache.get(hash);
      if (known) return known;
      const document = parseSafely(source);
      if (document instanceof GraphQLError) return [document];
      const faults = validate(schema, document, [...specifiedRules, ...validationRules]);
      if (faults.length > 0) return faults;
      keep(hash, document);
      return document;
    },
    store: {
      get: async (key) => cache.get(hashOf(key)),
      set: async (key, document) => keep(hashOf(key), document),
      delete: async (key) => cache.delete(hashOf(key)),
    },
  };
}

/** Apollo puts a hash of the schema and a colon before the hash of the source. */
function hashOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

function parseSafely(source: string): DocumentNode | GraphQLError {
  try {
    return parse(source, parseOptions);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    if (error instanceof RangeError) return new GraphQLError(tooDeep);
    throw error;
  }
}
