import { EventEmitter } from 'node:events';
import type { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { LedgerMemory, type Memory } from '../../../../src/connectors/kit/permits.memory.js';

/** What ioredis shows of a Cluster: its nodes, and the event of a new one. */
class FakeCluster extends EventEmitter {
  readonly isCluster = true;
  readonly first = new EventEmitter();
  readonly nodes = () => [this.first];
}

async function told(memory: LedgerMemory, ledger = 'a', epoch = '100'): Promise<Memory> {
  let seen: Memory | undefined;
  await memory.ask(ledger, async (given) => {
    seen = given;
    return [0, epoch];
  });
  return seen!;
}

const silent = { epoch: '', brokenMs: '' };

describe('what a process tells of a ledger', () => {
  it('is the epoch of its last reply, and nothing before the first', async () => {
    const memory = new LedgerMemory(new EventEmitter() as Redis);
    expect(await told(memory)).toEqual(silent);
    expect(await told(memory)).toEqual({ epoch: '100', brokenMs: '' });
    expect(await told(memory, 'b')).toEqual(silent);
  });

  it('is how long ago its connection broke, once per ledger, and never of one it does not know', async () => {
    const redis = new EventEmitter();
    const memory = new LedgerMemory(redis as Redis);
    redis.emit('close');
    expect(await told(memory)).toEqual(silent);
    await told(memory, 'b');
    redis.emit('close');
    expect(await told(memory)).toEqual({ epoch: '100', brokenMs: expect.any(Number) });
    expect(await told(memory)).toEqual({ epoch: '100', brokenMs: '' });
    expect(await told(memory, 'b')).toMatchObject({ brokenMs: expect.any(Number) });
  });

  it('is kept for the next reply when none came', async () => {
    const redis = new EventEmitter();
    const memory = new LedgerMemory(redis as Redis);
    await told(memory);
    redis.emit('close');
    await expect(memory.ask('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await told(memory)).toMatchObject({ brokenMs: expect.any(Number) });
  });

  it('does not count a reply to what was said before the connection broke', async () => {
    const redis = new EventEmitter();
    const memory = new LedgerMemory(redis as Redis);
    await told(memory);
    const sentAgain = memory.ask('a', async () => {
      redis.emit('close');
      return [0, '100'];
    });
    await expect(sentAgain).rejects.toThrow();
    expect(await told(memory)).toMatchObject({ brokenMs: expect.any(Number) });
  });

  it.each([
    ['that was there', (cluster: FakeCluster) => cluster.first],
    [
      'that came later',
      (cluster: FakeCluster) => {
        const node = new EventEmitter();
        cluster.emit('+node', node);
        return node;
      },
    ],
  ])('knows of the connection to a Cluster’s node %s', async (_, nodeOf) => {
    const cluster = new FakeCluster();
    const memory = new LedgerMemory(cluster as unknown as Cluster);
    const node = nodeOf(cluster);
    await told(memory);
    node.emit('close');
    expect(await told(memory)).toMatchObject({ brokenMs: expect.any(Number) });
  });
});
