import { badEntry, type EntryFault } from './file-entry.js';
import { splitLines } from './split-lines.js';

/** One card as bytes, or what is wrong with it. */
export interface RawCard {
  /** Counted from 1. */
  readonly number: number;
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly content: Buffer | EntryFault;
}

/** Photos are in cards, so they are larger than rows. */
const maxCardBytes = 1_048_576;
const tooLarge = badEntry('The card is larger than 1 MB.');
const noEnd = badEntry('The card has no END:VCARD.');
const lineBreak = Buffer.from('\r\n');

/** Every BEGIN:VCARD to its END:VCARD; what stands between cards is passed over. One that is too large is not kept. */
export async function* splitCards(chunks: AsyncIterable<Buffer>): AsyncGenerator<RawCard> {
  let line = 0;
  let number = 0;
  let open: OpenCard | null = null;
  for await (const text of splitLines(chunks, maxCardBytes)) {
    line += 1;
    const mark = readMark(text);
    if (mark === 'BEGIN') {
      if (open) yield close(open, false);
      number += 1;
      open = { number, line, lines: [], bytes: 0 };
    }
    if (open) keep(open, text);
    if (open && mark === 'END') {
      yield close(open, true);
      open = null;
    }
  }
  if (open) yield close(open, false);
}

interface OpenCard {
  readonly number: number;
  readonly line: number;
  lines: Buffer[];
  bytes: number;
}

/** A byte order mark may stand before the first card. */
function readMark(text: Buffer): 'BEGIN' | 'END' | null {
  if (text.length > 32) return null;
  const found = /^(?:ï»¿)?\s*(BEGIN|END):VCARD\s*$/i.exec(text.toString('latin1'));
  return found ? ((found[1] as string).toUpperCase() as 'BEGIN' | 'END') : null;
}

function keep(card: OpenCard, text: Buffer): void {
  card.bytes += text.length + lineBreak.length;
  if (card.bytes > maxCardBytes) card.lines = [];
  else card.lines.push(text, lineBreak);
}

function close({ number, line, lines, bytes }: OpenCard, hasEnd: boolean): RawCard {
  if (bytes > maxCardBytes) return { number, line, content: tooLarge };
  return { number, line, content: hasEnd ? Buffer.concat(lines) : noEnd };
}
