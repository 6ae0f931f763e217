/**
 * The rows of a CSV text (RFC 4180), one at a time, so that a large result costs no more than its text. A row that is
 * not ended by a line break is not given: the text was cut off.
 */
export function* parseCsv(text: string): Generator<string[]> {
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      const field = readField(text, at);
      if (!field) return;
      row.push(field.value);
      at = field.end + 1;
      if (text[field.end] === ',') continue;
      if (text[field.end] === '\r') at += 1;
      break;
    }
    yield row;
  }
}

interface Field {
  readonly value: string;
  /** Where the comma or the line break behind it is. */
  readonly end: number;
}

/** Null where the text ends within the field. */
function readField(text: string, at: number): Field | null {
  if (text[at] === '"') return readQuoted(text, at);
  for (let end = at; end < text.length; end++) {
    if (isEnd(text, end)) return { value: text.slice(at, end), end };
  }
  return null;
}

function readQuoted(text: string, at: number): Field | null {
  let quote = text.indexOf('"', at + 1);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  const end = quote + 1;
  if (quote === -1 || !isEnd(text, end)) return null;
  const inside = text.slice(at + 1, quote);
  return { value: inside.includes('"') ? inside.replaceAll('""', '"') : inside, end };
}

function isEnd(text: string, at: number): boolean {
  const char = text[at];
  return char === ',' || char === '\n' || (char === '\r' && text[at + 1] === '\n');
}
