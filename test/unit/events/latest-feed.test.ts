import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatestFeed } from '../../../src/events/index.js';

describe('LatestFeed', () => {
  it('keeps the newest event per key, in the order of their arrival', async () => {
    const feed = new LatestFeed<string>();
    feed.push('a', 'a1');
    feed.push('b', 'b1');
    feed.push('a', 'a2');
    expect([await feed.next(), await feed.next()]).toEqual(['b1', 'a2']);
  });

  it('wakes a reader that waits', async () => {
    const feed = new LatestFeed<string>();
    const next = feed.next();
    feed.push('a', 'a1');
    expect(await next).toBe('a1');
  });

  it('says that something was missed, which makes what waits obsolete', async () => {
    const feed = new LatestFeed<string>();
    feed.push('a', 'a1');
    feed.markMissed();
    expect(await feed.next()).toBe('missed');
    feed.push('a', 'a2');
    expect(await feed.next()).toBe('a2');
  });

  it('ends a reader that waits when it is closed', async () => {
    const feed = new LatestFeed<string>();
    const next = feed.next();
    feed.close();
    expect(await next).toBeUndefined();
    expect(await feed.next()).toBeUndefined();
  });

  it('ends with the last event of every key, whatever was read between', async () => {
    const step = fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.constant('read'));
    await fc.assert(
      fc.asyncProperty(fc.array(step), async (steps) => {
        const feed = new LatestFeed<{ key: string; at: number }>();
        const pushed = new Map<string, number>();
        const seen = new Map<string, number>();
        let unread = new Set<string>();
        const read = async () => {
          const event = await feed.next();
          if (event === undefined || event === 'missed') throw new Error('expected an event');
          expect(event.at).toBeGreaterThan(seen.get(event.key) ?? -1);
          seen.set(event.key, event.at);
          unread.delete(event.key);
        };
        for (const [at, key] of steps.entries()) {
          if (key !== 'read') {
            pushed.set(key, at);
            unread.add(key);
            feed.push(key, { key, at });
          } else if (unread.size > 0) await read();
        }
        while (unread.size > 0) await read();
        unread = new Set();
        expect(seen).toEqual(pushed);
      }),
    );
  });
});
