import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openCsv } from '../../../../src/api/files/csv-reader.js';
import { csvHeader, writeCsv } from '../../../../src/api/files/csv-writer.js';
import { collect, exported, inPieces, present, someValues } from './written.js';

const read = async (content: string | Buffer, bytes?: number) => {
  const file = await openCsv(inPieces(content, bytes));
  return { ignored: file.ignoredColumns, entries: await collect(file) };
};
const contents = async (content: string | Buffer) => (await read(content)).entries.map((it) => it.content);
const refused = (message: RegExp) => ({ code: 'BAD_USER_INPUT', message: expect.stringMatching(message) });

test('what is exported is what is imported, whatever the values and however the bytes come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someValues, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 4_000 }),
      async (all, bytes) => {
        const { entries } = await read(csvHeader + writeCsv(all.map(exported)), bytes);
        expect(entries.map((it) => it.content)).toEqual(all.map(present));
      },
    ),
  );
});

test('no cell but a plain international number begins as a formula does', async () => {
  await fc.assert(
    fc.asyncProperty(someValues, async (values) => {
      const [, ...cells] = writeCsv([exported({ ...values, email: null })])
        .slice(0, -2)
        .match(/(?:^|,)(?:"(?:[^"]|"")*"|[^",\r\n]*)/g) as string[];
      for (const cell of cells.map((it) => it.replace(/^,"?/, '')))
        expect(cell).not.toMatch(/^(?!\+\d{1,15}$)[=+\-@\t\r\n＝＋－＠]/);
    }),
  );
});

test('a name with an apostrophe and a number with a plus stay as they are', () => {
  const row = writeCsv([
    exported({ lastName: "'t Hooft", phone: '+41446681800', title: '=1+1', company: '-' }),
  ]);
  expect(row).toContain(",'t Hooft,");
  expect(row).toContain(',+41446681800,');
  expect(row).toContain(",'=1+1,");
  expect(row).toContain(",'-,");
});

describe('the columns of', () => {
  const ada = {
    firstName: 'Ada',
    lastName: 'Lovelace',
    email: 'ada@example.com',
    phone: '1',
    company: 'Acme',
    title: 'Countess',
  };
  test.each([
    ['HubSpot', 'First Name,Last Name,Email,Phone Number,Company Name,Job Title'],
    ['HubSpot by its names', 'firstname,lastname,email,phone,company,jobtitle'],
    ['Salesforce', 'First Name,Last Name,Email,Phone,Account Name,Title'],
    ['Google', 'First Name,Last Name,E-mail 1 - Value,Phone 1 - Value,Organization Name,Organization Title'],
    [
      'Google until 2024',
      'Given Name,Family Name,E-mail 1 - Value,Phone 1 - Value,Organization 1 - Name,Organization 1 - Title',
    ],
    ['Outlook', 'First Name,Last Name,E-mail Address,Business Phone,Company,Job Title'],
    ['shouting', 'FIRST NAME,LAST_NAME,EMAIL,PHONE,COMPANY,TITLE'],
  ])('%s are known', async (_program, header) => {
    expect(await read(`${header}\nAda,Lovelace,ada@example.com,1,Acme,Countess\n`)).toEqual({
      ignored: [],
      entries: [{ line: 2, content: ada }],
    });
  });

  test('other kinds are named as ignored; a salutation is no title', async () => {
    const { ignored, entries } = await read('Title,Email,Shoe size,Job Title\nMs,a@b.ch,38,Countess\n');
    expect(ignored).toEqual(['Title', 'Shoe size']);
    expect(entries[0]?.content).toEqual({ email: 'a@b.ch', title: 'Countess' });
  });

  test('several addresses give the first that is there', async () => {
    expect(await contents('E-mail 2 - Value,E-mail 1 - Value\nb@b.ch ::: c@b.ch,\nb@b.ch,a@b.ch\n')).toEqual([
      { email: 'b@b.ch' },
      { email: 'a@b.ch' },
    ]);
  });
});

test.each([
  ['a semicolon', 'First Name;Email\nAda;a@b.ch'],
  ['a tab', 'First Name\tEmail\r\nAda\ta@b.ch\r\n'],
  ['a byte order mark', '\ufeffEmail,First Name\na@b.ch,Ada\n'],
  ['carriage returns', 'Email,First Name\ra@b.ch,Ada\r'],
  ['blank lines and rows', '\n,,\nEmail,First Name\n\n,\n a@b.ch,Ada\n'.replace(' a@', 'a@')],
  ['a separator in a quoted name', '"Email","First Name","a;b;c;d"\na@b.ch,Ada,x'],
])('%s is understood', async (_what, content) => {
  expect(await contents(content)).toEqual([{ email: 'a@b.ch', firstName: 'Ada' }]);
});

test('a row tells where it begins, though rows before it take several lines', async () => {
  const { entries } = await read('Email,Title\n"a","x\r\ny\nz"\n\nb,c\n', 1);
  expect(entries.map(({ line }) => line)).toEqual([2, 6]);
});

test('a bad row is told, and the others go on', async () => {
  const latin1 = Buffer.from(
    'Email,Title\na@b.ch,Gr\xfc\xdfe\nb@b.ch,one,two\nc@b.ch,"5"" ""pipe"\nd@b.ch,5" pipe\n',
    'latin1',
  );
  expect(await contents(latin1)).toEqual([
    refused(/UTF-8/),
    refused(/3 cells, the header 2/),
    { email: 'c@b.ch', title: '5" "pipe' },
    { email: 'd@b.ch', title: '5" pipe' },
  ]);
});

test.each([
  ['a quote without its end', `Email\na@b.ch\n"${'x'.repeat(100)}`, /not closed/],
  ['too large a row', `Email\na@b.ch\n"${'x\n'.repeat(50_000)}"\nb@b.ch\n`, /larger than 64 kB/],
])('%s ends the reading, and what came before is given', async (_what, content, message) => {
  expect(await read(content)).toMatchObject({
    entries: [{ content: { email: 'a@b.ch' } }, { line: 3, content: refused(message) }],
  });
});

test.each([
  ['nothing', '', /empty/],
  ['blank lines', '\n\n', /empty/],
  ['no known column', 'Shoe size,Colour\n1,2\n', /No column of the first row is known/],
  ['a header in another encoding', Buffer.from('Email,Gr\xf6sse\na,b\n', 'latin1'), /UTF-8/],
  ['UTF-16', Buffer.from('\ufeffEmail\na\n', 'utf16le'), /UTF-16/],
  ['no end of the first row', 'x'.repeat(200_000), /no header/],
])('a file with %s is refused', async (_what, content, message) => {
  await expect(read(content, 1_000)).rejects.toMatchObject(refused(message));
});
