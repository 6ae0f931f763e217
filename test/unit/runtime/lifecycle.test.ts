import { describe, expect, it } from 'vitest';
import { createLogger, Lifecycle } from '../../../src/runtime/index.js';

function setUp() {
  const events: string[] = [];
  const log = createLogger({
    level: 'error',
    to: { write: (line: string) => void events.push(JSON.parse(line).msg) },
  });
  const lifecycle = new Lifecycle(log);
  const open = (name: string, fails = false) =>
    lifecycle.use(name, async (it) => {
      await Promise.resolve();
      events.push(it);
      if (fails) throw new Error('no');
    });
  return { events, lifecycle, open };
}

describe('Lifecycle', () => {
  it('closes in reverse, each after the one before has closed', async () => {
    const { events, lifecycle, open } = setUp();
    for (const name of ['database', 'store', 'server']) expect(open(name)).toBe(name);
    await lifecycle.close();
    expect(events).toEqual(['server', 'store', 'database']);
  });

  it('logs a failure and closes the rest', async () => {
    const { events, lifecycle, open } = setUp();
    open('database');
    open('store', true);
    open('server');
    await lifecycle.close();
    expect(events).toEqual(['server', 'store', 'a resource could not be closed', 'database']);
  });

  it('closes once, however often and however many ask', async () => {
    const { events, lifecycle, open } = setUp();
    open('database');
    await Promise.all([lifecycle.close(), lifecycle.close()]);
    await lifecycle.close();
    expect(events).toEqual(['database']);
  });

  it('closes what arrives while or after it closes', async () => {
    const { events, lifecycle, open } = setUp();
    open('database');
    const closing = lifecycle.close();
    open('late');
    await closing;
    await lifecycle.close();
    open('too late');
    await lifecycle.close();
    expect(events).toEqual(['database', 'late', 'too late']);
  });
});
