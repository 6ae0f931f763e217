import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openCards, readCard } from '../../../../src/api/files/card-reader.js';
import { writeCards } from '../../../../src/api/files/card-writer.js';
import { collect, exported, inPieces, present, someValues } from './written.js';

const read = async (content: string | Buffer, bytes?: number) =>
  collect(await openCards(inPieces(content, bytes)));
const card = (...lines: string[]) => ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n');
const refused = (message: RegExp) => ({ code: 'BAD_USER_INPUT', message: expect.stringMatching(message) });

test('what is exported is what is imported, with line feeds for carriage returns', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someValues, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 4_000 }),
      async (all, bytes) => {
        const text = writeCards(all.map(exported));
        expect((await read(text, bytes)).map((it) => it.content)).toEqual(
          all.map((values) =>
            Object.fromEntries(
              Object.entries(present(values)).map(([name, value]) => [name, value?.replace(/\r\n?/g, '\n')]),
            ),
          ),
        );
        for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(76);
      },
    ),
  );
});

test('a card is of version 3.0 and has what each must have', () => {
  expect(writeCards([exported({ phone: '+41446681800', company: 'Acme; Sons' })]).split('\r\n')).toEqual([
    'BEGIN:VCARD',
    'VERSION:3.0',
    'UID:urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057',
    'FN:Acme; Sons',
    'N:;;;;',
    'TEL:+41446681800',
    'ORG:Acme\\; Sons',
    'REV:20250304T050607Z',
    'END:VCARD',
    '',
  ]);
});

describe('a card', () => {
  test.each([
    [
      'of 4.0',
      ['VERSION:4.0', 'N:Love;Ada,Mary;;;', 'TEL;VALUE=uri;PREF=1:tel:+41-44', 'TEL:1', 'ORG:A;B'],
      { lastName: 'Love', firstName: 'Ada Mary', phone: '+41-44', company: 'A' },
    ],
    [
      'of 4.0 without N',
      ['VERSION:4.0', 'FN:Ada Mary Love', 'EMAIL;PREF=2:b@b.ch', 'EMAIL;PREF=1:a@b.ch'],
      { firstName: 'Ada Mary', lastName: 'Love', email: 'a@b.ch' },
    ],
    [
      'of 3.0',
      [
        'VERSION:3.0',
        'N:Love;Ada',
        'item1.EMAIL;type=INTERNET:b@b.ch',
        'item2.EMAIL;type=INTERNET,pref:a@b.ch',
        'TITLE:x',
      ],
      { lastName: 'Love', firstName: 'Ada', email: 'a@b.ch', title: 'x' },
    ],
    ['with folded lines', ['VERSION:3.0', 'N:Lo', ' ve;A', '\tda'], { lastName: 'Love', firstName: 'Ada' }],
    [
      'whose name is that of the company',
      ['VERSION:3.0', 'N:;;;;', 'FN:Acme', 'ORG:Acme'],
      { company: 'Acme' },
    ],
    [
      'of 2.1',
      [
        'VERSION:2.1',
        'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=84=',
        'ger;Ada',
        'TEL;FAX:2',
        'TEL;CELL:1',
      ],
      { lastName: 'Äger', firstName: 'Ada', phone: '1' },
    ],
    [
      'of 2.1 in Latin-1',
      [
        'VERSION:2.1',
        'N;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:=C4;A=2Cb',
        'PHOTO;JPEG;BASE64:abc',
        ' def',
      ],
      { lastName: 'Ä', firstName: 'A,b' },
    ],
  ])('%s is read', (_what, lines, expected) => {
    expect(readCard(Buffer.from(card(...lines)))).toEqual(expected);
  });
});

test('a bad card is told by its number and line, and the others go on', async () => {
  const good = (name: string) => card('VERSION:3.0', `N:${name}`);
  const file = Buffer.concat([
    Buffer.from(`\ufeff${good('a')}\r\nbetween\r\n`),
    Buffer.from(card('VERSION:3.0', 'no line of a card')),
    Buffer.from('BEGIN:VCARD\r\nVERSION:3.0\r\nN:cut\r\n'),
    Buffer.from(good('b')),
    Buffer.from(card('VERSION:3.0', 'N:Gr\xfc\xdfe'), 'latin1'),
    Buffer.from(card('VERSION:3.0', `PHOTO:${'x'.repeat(1_100_000)}`)),
    Buffer.from(card('VERSION:3.0', ...Array.from({ length: 300 }, () => `NOTE:${'x'.repeat(5_000)}`))),
    Buffer.from(card('VERSION:2.1', 'N;ENCODING=QUOTED-PRINTABLE:=FF')),
    Buffer.from(`${good('c')}BEGIN:VCARD\r\nN:end`),
  ]);
  const entries = await read(file, 1_000);
  expect(entries.map(({ card: number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(entries.slice(0, 4).map(({ line }) => line)).toEqual([1, 7, 11, 14]);
  expect(entries.map(({ content }) => content)).toEqual([
    { lastName: 'a' },
    refused(/does not follow/),
    refused(/no END/),
    { lastName: 'b' },
    refused(/UTF-8/),
    refused(/larger than 1 MB/),
    refused(/larger than 1 MB/),
    refused(/does not follow/),
    { lastName: 'c' },
    refused(/no END/),
  ]);
});

test('a file without a card is refused', async () => {
  await expect(read('Email\na@b.ch\n')).rejects.toMatchObject(refused(/no vCard/));
});
