/** `npm run demo | node --import tsx tools/draw-demo.ts docs/demo.svg`: the demo's own output as a picture. */
import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const file = process.argv[2] ?? 'docs/demo.svg';
const lineHeight = 19;
const charWidth = 8.4;
const margin = 18;

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const all = Buffer.concat(chunks)
  .toString('utf8')
  .split(/\r?\n|\r/)
  .map((line) => stripVTControlCharacters(line).trimEnd())
  .map((line) => (/^\s*eyJ/.test(line) ? `${line.slice(0, 42)}…` : line))
  .filter((line) => line !== '' && !line.startsWith('>') && !line.startsWith('{'));

/** Of the bars, which are drawn again and again: of the first ones a moment in the midst and the end, of the last its end. */
const table = all.findIndex((line) => line.startsWith('┌'));
const bars = all.flatMap((line, index) => (/^ +\S+ +[█░]/.test(line) ? [index] : []));
const first = bars.filter((index) => index < table);
const platforms = 3;
const midst = first.length - platforms * Math.ceil(first.length / platforms / 2);
const shown = new Set([
  ...first.slice(midst, midst + platforms),
  ...first.slice(-platforms),
  ...bars.slice(-1),
]);
const lines = all.filter((_, index) => shown.has(index) || !bars.includes(index));

const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * charWidth) + 2 * margin;
const height = lines.length * lineHeight + 2 * margin;
const rows = lines.map((line, at) => {
  const text = line.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${margin}" y="${margin + (at + 1) * lineHeight - 5}" xml:space="preserve">${text}</text>`;
});
writeFileSync(
  file,
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>The demo in a terminal: a progress bar for each CRM, a table of contacts, then two-way sync</title>
<rect width="100%" height="100%" rx="8" fill="#14161a"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#d8dee9">
${rows.join('\n')}
</g>
</svg>
`,
);
