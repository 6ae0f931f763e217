import { refuse } from '../replies.js';

/** Column delimiters by the names that jobs give them. */
export const DELIMITERS: Readonly<Record<string, string>> = {
  BACKQUOTE: '`',
  CARET: '^',
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
};

export const LINE_ENDINGS: Readonly<Record<string, string>> = { LF: '\n', CRLF: '\r\n' };

/** How a job's CSV is written. */
export interface CsvFormat {
  readonly delimiter: string;
  readonly lineEnding: string;
}

/** One line, every cell in quotes. */
export function writeLine(cells: readonly string[], { delimiter, lineEnding }: CsvFormat): string {
  return cells.map((it) => `"${it.replaceAll('"', '""')}"`).join(delimiter) + lineEnding;
}

/** The lines of a text; cells may be quoted. Throws INVALIDBATCH when a quote is not closed. */
export function readLines(text: string, delimiter: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  let position = text.startsWith('\uFEFF') ? 1 : 0;
  while (position < text.length) {
    const isQuoted = text[position] === '"';
    const { cell, end } = isQuoted ? readQuoted(text, position) : readPlain(text, position, delimiter);
    line.push(cell);
    position = end;
    if (text[position] === delimiter) {
      position++;
      if (position < text.length && !/[\r\n]/.test(text[position]!)) continue;
      line.push('');
    }
    while (/[\r\n]/.test(text[position] ?? '')) position++;
    lines.push(line);
    line = [];
  }
  return lines;
}

function readQuoted(text: string, start: number): { cell: string; end: number } {
  let cell = '';
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) throw refuse(400, 'INVALIDBATCH', 'The CSV has a quote that is not closed.');
    cell += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { cell, end: quote + 1 };
    cell += '"';
    from = quote + 2;
  }
}

function readPlain(text: string, start: number, delimiter: string): { cell: string; end: number } {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++;
  return { cell: text.slice(start, end), end };
}
