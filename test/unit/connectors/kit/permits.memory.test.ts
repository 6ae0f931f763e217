import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { beforeEach, describe, expect, it } from 'vitest';
import { LedgerMemory, type Memory } from '../../../../src/connectors/kit/permits.memory.js';

/** What ioredis shows of a connection, and of the server behind it. */
class FakeRedis extends EventEmitter {
  runId = 'first';
  looks = 0;
  async info(): Promise<string> {
    this.looks += 1;
    return `# Server\r\nredis_version:7.0.0\r\nrun_id:${this.runId}\r\n`;
  }
}

let redis: FakeRedis;
let memory: LedgerMemory;

beforeEach(() => {
  redis = new FakeRedis();
  memory = new LedgerMemory(redis as unknown as Redis);
});

async function told(ledger = 'a', epoch = '100'): Promise<Memory> {
  let seen: Memory | undefined;
  await memory.ask(ledger, async (given) => {
    seen = given;
    return [0, epoch];
  });
  return seen!;
}

function restart(): void {
  redis.runId += 'x';
  redis.emit('close');
}

const silent = { epoch: '', brokenMs: '' };
const known = { epoch: '100', brokenMs: '' };
const lost = { epoch: '100', brokenMs: expect.any(Number) };

describe('what a process tells of a ledger', () => {
  it('is the epoch of its last reply, and nothing before the first', async () => {
    expect(await told()).toEqual(silent);
    expect(await told()).toEqual(known);
    expect(await told('b')).toEqual(silent);
  });

  it('is how long ago Redis was restarted, once per ledger, and never of one it does not know', async () => {
    restart();
    expect(await told()).toEqual(silent);
    await told('b');
    restart();
    expect(await told()).toEqual(lost);
    expect(await told()).toEqual(known);
    expect(await told('b')).toEqual(lost);
  });

  it('is nothing of a connection that broke while Redis went on', async () => {
    await told();
    redis.emit('close');
    expect(await told()).toEqual(known);
  });

  it('takes one look at the server after each break, and none otherwise', async () => {
    for (let i = 0; i < 5; i += 1) await told();
    expect(redis.looks).toBe(1);
    redis.emit('close');
    for (let i = 0; i < 5; i += 1) await told();
    expect(redis.looks).toBe(2);
  });

  it('is kept for the next reply when none came, and when the look failed', async () => {
    await told();
    restart();
    await expect(memory.ask('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await told()).toEqual(lost);
    restart();
    const { info } = redis;
    redis.info = () => Promise.reject(new Error('still down'));
    await expect(told()).rejects.toThrow('still down');
    redis.info = info;
    expect(await told()).toEqual(lost);
  });

  it('does not count a reply to what was said before the connection broke', async () => {
    await told();
    const sentAgain = memory.ask('a', async () => {
      restart();
      return [0, '100'];
    });
    await expect(sentAgain).rejects.toThrow();
    expect(await told()).toEqual(lost);
  });
});
