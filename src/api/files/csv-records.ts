import { type CsvError, parse } from 'csv-parse';

/** One row as bytes; `size` lines of the file. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly Buffer[];
}

/** The rows cannot be told apart from here on. */
export interface CsvBreak {
  readonly line: number;
  readonly reason: 'too large' | 'open quote';
}

/** The rows of a CSV (RFC 4180, any line ends, stray quotes taken as text), one at a time; a break is the last. */
export async function* readRecords(
  chunks: AsyncIterable<Buffer>,
  options: { separator: string; maxBytes: number },
): AsyncGenerator<CsvRecord | CsvBreak> {
  const { rows, write, end } = openParser(options);
  let line = 1;
  const take = function* (): Generator<CsvRecord> {
    for (const cells of rows.splice(0)) {
      yield { line, cells };
      line += 1 + countBreaks(cells);
    }
  };
  for await (const chunk of chunks) {
    const failure = await write(chunk);
    yield* take();
    if (failure) return yield { line, reason: reasonOf(failure) };
  }
  const failure = await end();
  yield* take();
  if (failure) yield { line, reason: reasonOf(failure) };
}

/** The parser drops rows that wait to be read when it meets a break: they are taken before they wait. */
function openParser({ separator, maxBytes }: { separator: string; maxBytes: number }) {
  const rows: Buffer[][] = [];
  const parser = parse({
    encoding: null,
    delimiter: separator,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_quotes: true,
    relax_column_count: true,
    max_record_size: maxBytes,
    on_record: (cells: unknown) => {
      rows.push(cells as Buffer[]);
      return null;
    },
  });
  parser.on('error', () => {}); // told by the calls below
  parser.resume();
  const told = (call: (done: (error?: Error | null) => void) => void) =>
    new Promise<CsvError | undefined>((resolve) => {
      call((error) => resolve((error as CsvError | null | undefined) ?? undefined));
    });
  return {
    rows,
    write: (chunk: Buffer) => told((done) => parser.write(chunk, done)),
    end: () => told((done) => parser.end(done)),
  };
}

function reasonOf({ code }: CsvError): CsvBreak['reason'] {
  return code === 'CSV_QUOTE_NOT_CLOSED' ? 'open quote' : 'too large';
}

/** Line breaks within the cells: a row may take several lines. */
function countBreaks(cells: readonly Buffer[]): number {
  let breaks = 0;
  for (const cell of cells) {
    for (let at = 0; at < cell.length; at += 1) {
      if (cell[at] === 0x0a || (cell[at] === 0x0d && cell[at + 1] !== 0x0a)) breaks += 1;
    }
  }
  return breaks;
}
