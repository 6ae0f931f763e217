import { describe, expect, test } from 'vitest';
import { launchProgram, untilLine } from '../support/launch.js';
import { findQuietPort } from '../support/quiet-port.js';

const seeded = 400;

describe('the demo', () => {
  /** The cells of the rows of a table that stands behind the line that fits. */
  function cellsBehind(text: string, line: RegExp): string[][] {
    const from = text.split('\n').slice(text.split('\n').findIndex((it) => line.test(it)));
    const table = from
      .slice(
        0,
        from.findIndex((it) => it.startsWith('└')),
      )
      .filter((it) => it.startsWith('│'));
    return table.slice(1).map((row) => row.split('│').map((cell) => cell.trim()));
  }

  function expectTwoWay(text: string): void {
    const edited = /^ {2}(.+) gets the title "(.+)" here, and "(.+)" in HubSpot\.$/m.exec(text)!;
    const [, name, here, there] = edited;
    expect(here).not.toBe(there);
    expect(cellsBehind(text, /^ .*The conflict, as/)).toEqual([
      ['', name, 'title', expect.stringMatching(/./), here, there, ''],
    ]);
    expect(text).toMatch(new RegExp(`^ {2}The title in HubSpot is "${here}" now\\.$`, 'm'));
    expect(text).toMatch(/^ {2}Dry run: succeeded, (\d+ created, )?2 changed, by \d+ calls to HubSpot\.$/m);
    const [foretold, back] = [
      cellsBehind(text, /^ {2}Dry run:/),
      cellsBehind(text, /^ {2}Undo: succeeded, 2 changed/),
    ];
    expect(foretold).toHaveLength(3);
    // What the undo put back is what the preview foretold, the other way round.
    const turned = back.map(([edge, contact, where, field, before, after]) => [
      ...[edge, contact, where, field, after, before, edge],
    ]);
    expect(turned).toEqual(foretold);
  }

  test('connects, syncs, shows both ways, and stays until Ctrl-C; and does so again', async () => {
    // A connection holds where its sandbox is.
    const env = { SANDBOX_CONTACTS: String(seeded), SANDBOX_PORT: String(await findQuietPort()) };
    const demo = await launchProgram(env, 'src/demo/main.ts');
    await untilLine(demo, /^Ctrl-C ends everything\.$/m, 90_000);
    const text = demo.stdout();
    expect(text).toMatch(/^ready http:\/\/localhost:\d+$/m);
    for (const name of ['HubSpot', 'Salesforce', 'Google']) {
      expect(text).toMatch(new RegExp(`^${name} is connected: .+`, 'm'));
      expect(text).toMatch(new RegExp(`${name} .+ 100% \\| ${seeded}/${seeded} contacts .+ succeeded`));
    }
    const total = Number(/^(\d+) contacts; of those in HubSpot the first:$/m.exec(text)![1]);
    // One person in several CRMs is one contact.
    expect(total).toBeLessThan(2.5 * seeded);
    expect(text).toMatch(/│ [HSG] +│ .+ │ ✓H( ✓S)?( ✓G)? +│/);
    const url = /^ready (\S+)$/m.exec(text)![1]!;
    const token = /^ +(eyJ\S+)$/m.exec(text)![1]!;
    const reply = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ contacts(first: 1) { totalCount } }' }),
    });
    expect(await reply.json()).toEqual({ data: { contacts: { totalCount: total } } });
    expect(text).toMatch(/The sync stops and asks:\n +This is the first push to HubSpot, .*\n?.*\d+ there/);
    expectTwoWay(text);
    expect(await demo.kill('SIGINT')).toEqual({ code: 0, signal: null });
    const again = await launchProgram({ ...env, DATA_DIR: demo.dataDir }, 'src/demo/main.ts');
    await untilLine(again, /^Ctrl-C ends everything\.$/m, 90_000);
    expect(again.stdout()).toContain('It asks nothing: the first push was approved before.');
    expectTwoWay(again.stdout());
    expect(await again.kill('SIGINT')).toEqual({ code: 0, signal: null });
  }, 240_000);

  test('writes nothing where the CRMs are real', async () => {
    const demo = await launchProgram({ SANDBOX: 'off', LOG_LEVEL: 'fatal' }, 'src/demo/main.ts');
    await untilLine(demo, /^Ctrl-C ends everything\.$/m, 90_000);
    expect(demo.stdout()).toContain('Two-way sync is shown with the sandboxes only');
    expect(demo.stdout()).not.toContain('conflict');
    expect(await demo.kill('SIGINT')).toEqual({ code: 0, signal: null });
  }, 120_000);
});
