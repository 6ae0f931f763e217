const version21 = /^VERSION:2\.1\s*$/im;
/** Encodings that vCard 2.1 may write without their name. */
const encodings = /^(quoted-printable|base64|8bit|7bit)$/i;

/**
 * A card of vCard 2.1 in the notation of 3.0, as far as names, addresses and numbers need it: parameters get their
 * names, quoted-printable is decoded. Any other card stays as it is.
 * @throws where the text is not what its encoding says
 */
export function modernizeCard(text: string): string {
  if (!version21.test(text)) return text;
  const lines = joinSoftBreaks(text.split(/\r?\n/));
  return lines.map(modernizeLine).join('\r\n');
}

/** A quoted-printable line that ends with = goes on in the next. */
function joinSoftBreaks(lines: readonly string[]): string[] {
  const joined: string[] = [];
  let goesOn = false;
  for (const line of lines) {
    if (goesOn) joined.push(`${joined.pop()?.slice(0, -1)}${line}`);
    else joined.push(line);
    goesOn = /^[^:]*quoted-printable[^:]*:/i.test(joined.at(-1) as string) && line.endsWith('=');
  }
  return joined;
}

function modernizeLine(line: string): string {
  if (version21.test(line)) return 'VERSION:3.0';
  const colon = line.indexOf(':');
  if (colon === -1 || /^\s/.test(line)) return line;
  const [name, ...parameters] = line.slice(0, colon).split(';');
  const pairs = parameters.map((it) =>
    it.includes('=') ? it : `${encodings.test(it) ? 'ENCODING' : 'TYPE'}=${it}`,
  );
  const encoding = /^encoding=quoted-printable$/i;
  const value = line.slice(colon + 1);
  if (!pairs.some((it) => encoding.test(it))) return `${[name, ...pairs].join(';')}:${value}`;
  const charset = pairs.find((it) => /^charset=/i.test(it))?.slice('charset='.length) ?? 'utf-8';
  const kept = pairs.filter((it) => !/^(encoding|charset)=/i.test(it));
  return `${[name, ...kept].join(';')}:${escapeText(decodeQuotedPrintable(value, charset))}`;
}

function decodeQuotedPrintable(value: string, charset: string): string {
  const bytes = Buffer.from(value, 'utf8').toString('latin1');
  const plain = bytes.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return new TextDecoder(charset, { fatal: true }).decode(Buffer.from(plain, 'latin1'));
}

/** What 2.1 may write as it is and 3.0 may not; semicolons separate in both. */
function escapeText(text: string): string {
  return text.replace(/\r\n?|\n/g, '\\n').replace(/(?<!\\),/g, '\\,');
}
