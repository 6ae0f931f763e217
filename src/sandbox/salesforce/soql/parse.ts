import { malformedQuery } from '../replies.js';
import type { Condition, Literal, Operator, Order, Query } from './query.js';
import { readTokens, type Token } from './tokens.js';

const COMPARISONS = new Set(['=', '!=', '<', '<=', '>', '>=']);

/**
 * Reads the part of SOQL that the sandbox knows: SELECT of fields or COUNT(), FROM one object, WHERE, ORDER
 * BY, LIMIT and OFFSET. Everything else is MALFORMED_QUERY, rather than answered wrongly.
 */
export function parseQuery(soql: string): Query {
  const reader = new TokenReader(readTokens(soql));
  reader.word('SELECT');
  const fields = readFieldList(reader);
  reader.word('FROM');
  const from = reader.name();
  const where = reader.takeWord('WHERE') ? readConditions(reader) : undefined;
  const orderBy = reader.takeWord('ORDER') ? readOrders(reader) : [];
  const limit = reader.takeWord('LIMIT') ? reader.count() : undefined;
  const offset = reader.takeWord('OFFSET') ? reader.count() : undefined;
  reader.end();
  return { fields, from, where, orderBy, limit, offset };
}

function readFieldList(reader: TokenReader): string[] | undefined {
  const first = reader.name();
  if (first.toUpperCase() === 'COUNT' && reader.takeSign('(')) {
    reader.sign(')');
    return undefined;
  }
  const fields = [first];
  while (reader.takeSign(',')) fields.push(reader.name());
  return fields;
}

/** Conditions joined by AND or by OR; both together need parentheses, as at Salesforce. */
function readConditions(reader: TokenReader): Condition {
  const terms = [readTerm(reader)];
  let kind: 'and' | 'or' | undefined;
  for (;;) {
    const next = reader.takeWord('AND') ? 'and' : reader.takeWord('OR') ? 'or' : undefined;
    if (next === undefined) return kind === undefined ? terms[0]! : { kind, terms };
    if (kind !== undefined && kind !== next)
      throw malformedQuery(`unexpected token: '${next.toUpperCase()}'`);
    kind = next;
    terms.push(readTerm(reader));
  }
}

function readTerm(reader: TokenReader): Condition {
  if (reader.takeSign('(')) {
    const inner = readConditions(reader);
    reader.sign(')');
    return inner;
  }
  const field = reader.name();
  const operator = readOperator(reader);
  const literals = operator === 'IN' ? readLiteralList(reader) : [reader.literal()];
  return { kind: 'compare', field, operator, literals };
}

function readOperator(reader: TokenReader): Operator {
  if (reader.takeWord('IN')) return 'IN';
  if (reader.takeWord('LIKE')) return 'LIKE';
  const sign = reader.anySign();
  if (sign === '<>') return '!=';
  if (!COMPARISONS.has(sign)) throw malformedQuery(`unexpected token: '${sign}'`);
  return sign as Operator;
}

function readLiteralList(reader: TokenReader): Literal[] {
  reader.sign('(');
  const literals = [reader.literal()];
  while (reader.takeSign(',')) literals.push(reader.literal());
  reader.sign(')');
  return literals;
}

function readOrders(reader: TokenReader): Order[] {
  reader.word('BY');
  const orders = [readOrder(reader)];
  while (reader.takeSign(',')) orders.push(readOrder(reader));
  return orders;
}

function readOrder(reader: TokenReader): Order {
  const field = reader.name();
  const descending = !reader.takeWord('ASC') && reader.takeWord('DESC');
  if (!reader.takeWord('NULLS')) return { field, descending, nullsLast: false };
  const nullsLast = !reader.takeWord('FIRST');
  if (nullsLast) reader.word('LAST');
  return { field, descending, nullsLast };
}

/** Takes tokens one by one; what does not fit is MALFORMED_QUERY. */
class TokenReader {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  takeWord(word: string): boolean {
    return this.take((it) => it.kind === 'word' && it.text.toUpperCase() === word) !== undefined;
  }

  takeSign(sign: string): boolean {
    return this.take((it) => it.kind === 'sign' && it.text === sign) !== undefined;
  }

  word(word: string): void {
    if (!this.takeWord(word)) throw this.unexpected();
  }

  sign(sign: string): void {
    if (!this.takeSign(sign)) throw this.unexpected();
  }

  anySign(): string {
    return this.need((it) => it.kind === 'sign').text;
  }

  name(): string {
    return this.need((it) => it.kind === 'word').text;
  }

  literal(): Literal {
    const token = this.need((it) => it.kind === 'literal');
    return (token as Extract<Token, { kind: 'literal' }>).literal;
  }

  count(): number {
    const literal = this.literal();
    if (literal.kind !== 'number' || !Number.isInteger(literal.value) || literal.value < 0) {
      throw malformedQuery('A whole number was expected.');
    }
    return literal.value;
  }

  end(): void {
    if (this.position < this.tokens.length) throw this.unexpected();
  }

  private need(fits: (token: Token) => boolean): Token {
    const token = this.take(fits);
    if (!token) throw this.unexpected();
    return token;
  }

  private take(fits: (token: Token) => boolean): Token | undefined {
    const token = this.tokens[this.position];
    if (!token || !fits(token)) return undefined;
    this.position++;
    return token;
  }

  private unexpected(): Error {
    const token = this.tokens[this.position];
    return malformedQuery(token ? `unexpected token: '${token.text}'` : 'unexpected end of the query');
  }
}
