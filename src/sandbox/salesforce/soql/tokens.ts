import { malformedQuery } from '../replies.js';
import type { Literal } from './query.js';

/** A word, a sign or a literal of a query. */
export type Token =
  | { readonly kind: 'word' | 'sign'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: string; readonly literal: Literal };

const PATTERN = new RegExp(
  [
    String.raw`(?<string>'(?:[^'\\]|\\.)*')`,
    String.raw`(?<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:?\d\d))`,
    String.raw`(?<date>\d{4}-\d\d-\d\d)`,
    String.raw`(?<number>-?\d+(?:\.\d+)?)`,
    String.raw`(?<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)`,
    '(?<sign><=|>=|!=|<>|[=<>(),])',
  ].join('|'),
  'y',
);

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
  _: '_',
  '%': '%',
};

/** Splits a query. Throws MALFORMED_QUERY at the first sign that belongs nowhere. */
export function readTokens(soql: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    position += /^\s*/.exec(soql.slice(position))![0].length;
    if (position >= soql.length) return tokens;
    PATTERN.lastIndex = position;
    const match = PATTERN.exec(soql);
    if (!match) throw malformedQuery(`unexpected token: '${soql[position]}'`);
    tokens.push(toToken(match));
    position = PATTERN.lastIndex;
  }
}

function toToken(match: RegExpExecArray): Token {
  const text = match[0];
  const { string, datetime, date, number, word } = match.groups!;
  if (string !== undefined) return { kind: 'literal', text, literal: readString(text) };
  if (datetime !== undefined) return { kind: 'literal', text, literal: readDatetime(text) };
  if (date !== undefined) return { kind: 'literal', text, literal: { kind: 'date', value: text } };
  if (number !== undefined)
    return { kind: 'literal', text, literal: { kind: 'number', value: Number(text) } };
  if (word === undefined) return { kind: 'sign', text };
  switch (word.toLowerCase()) {
    case 'true':
    case 'false':
      return { kind: 'literal', text, literal: { kind: 'boolean', value: word.toLowerCase() === 'true' } };
    case 'null':
      return { kind: 'literal', text, literal: { kind: 'null', value: null } };
    default:
      return { kind: 'word', text };
  }
}

/** A sign of a text as it is written, such as `a` or `\\n`, as what it means. */
export function readSign(written: string): string {
  if (!written.startsWith('\\')) return written;
  const meant = ESCAPES[written.slice(1)];
  if (meant === undefined) throw malformedQuery(`Illegal string escape sequence: ${written}`);
  return meant;
}

function readString(text: string): Literal {
  const written = text.slice(1, -1).match(/\\?[\s\S]/gu) ?? [];
  return { kind: 'string', value: written.map(readSign).join(''), written };
}

function readDatetime(text: string): Literal {
  const value = Date.parse(text.replace(/([+-]\d\d):?(\d\d)$/, '$1:$2'));
  if (Number.isNaN(value)) throw malformedQuery(`invalid date: ${text}`);
  return { kind: 'datetime', value };
}
