/**
 * Lines without their ends (LF or CRLF). Of a line that is longer than `maxBytes` only the beginning is kept, a little
 * more than that.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  let bytes = 0;
  const add = (piece: Buffer) => {
    if (bytes <= maxBytes) begun.push(piece);
    bytes += piece.length;
  };
  const take = (): Buffer => {
    const line = begun.length === 1 ? (begun[0] as Buffer) : Buffer.concat(begun);
    begun = [];
    bytes = 0;
    return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (bytes > 0) yield take();
}
