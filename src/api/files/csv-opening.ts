import { badInput } from '../../domain/index.js';

/** The beginning of a CSV, looked at before it is parsed. */
export interface CsvOpening {
  readonly separator: string;
  /** The whole text from the header on, without byte order mark. */
  readonly chunks: AsyncIterable<Buffer>;
}

const separators = [',', ';', '\t'];
const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf]);
const utf16Marks = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

/**
 * Finds out what separates the cells: what the header has most of, outside of quotes.
 * @param maxBytes that a header may have
 * @throws AppError BAD_USER_INPUT for an empty file, for UTF-16, and where no header ends
 */
export async function openCsvText(body: AsyncIterable<Buffer>, maxBytes: number): Promise<CsvOpening> {
  const chunks = body[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let isWhole = false;
  let end = -1;
  while (!isWhole && end === -1) {
    if (head.length > maxBytes) throw badInput('body', 'The first row of the file is no header of a CSV.');
    const { value, done } = await chunks.next();
    if (done) isWhole = true;
    else head = Buffer.concat([head, value]);
    end = findEnd(head);
  }
  if (utf16Marks.some((mark) => head.subarray(0, 2).equals(mark)))
    throw badInput('body', 'The file is UTF-16: save it as UTF-8.');
  const skipped = head.subarray(0, 3).equals(utf8Mark) ? 3 : 0;
  const line = head.toString('latin1', skipped, end === -1 ? head.length : end);
  if (line.trim() === '' && isWhole) throw badInput('body', 'The file is empty.');
  return { separator: chooseSeparator(line), chunks: chain(head.subarray(skipped), chunks) };
}

/** Where the first row that has text ends; -1 when that is further on. */
function findEnd(head: Buffer): number {
  let isQuoted = false;
  let hasText = false;
  for (const [at, byte] of head.entries()) {
    if (byte === 0x22) isQuoted = !isQuoted;
    const isBreak = byte === 0x0a || byte === 0x0d;
    if (isBreak && !isQuoted && hasText) return at;
    hasText ||= !isBreak;
  }
  return -1;
}

function chooseSeparator(line: string): string {
  const bare = line.replace(/"[^"]*"/g, '');
  const counts = separators.map((it) => bare.split(it).length);
  return separators[counts.indexOf(Math.max(...counts))] as string;
}

async function* chain(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
