import { describe, expect, it } from 'vitest';
import { CallLog } from '../../../src/sandbox/control/call-log.js';
import { isAccountName } from '../../../src/sandbox/control/control-input.js';
import { FaultList, readFault } from '../../../src/sandbox/control/fault-list.js';
import { LimitBook } from '../../../src/sandbox/control/limit-book.js';

describe('CallLog', () => {
  it('keeps the newest calls in order of arrival', () => {
    const log = new CallLog(3);
    for (const path of ['/a', '/b', '/c', '/d']) log.begin('GET', path);
    expect(log.list().map((it) => it.path)).toEqual(['/b', '/c', '/d']);
  });

  it('filters by moment and account', () => {
    const log = new CallLog();
    const entry = log.begin('GET', '/a');
    entry.account = 'demo';
    log.begin('GET', '/b');
    expect(log.list(0, 'demo').map((it) => it.path)).toEqual(['/a']);
    expect(log.list(entry.at).length).toBe(2);
    expect(log.list(Date.now() + 60_000)).toEqual([]);
  });
});

describe('FaultList', () => {
  it('hits calls of the path and account as often as told', () => {
    const faults = new FaultList();
    faults.add(readFault({ status: 500, times: 2, path: '/crm' }, 'demo'));
    expect(faults.take('/oauth/v1/token', 'demo')).toBeUndefined();
    expect(faults.take('/crm/v3', 'other')).toBeUndefined();
    expect(faults.take('/crm/v3', 'demo')?.status).toBe(500);
    expect(faults.take('/crm/v3', 'demo')?.status).toBe(500);
    expect(faults.take('/crm/v3', 'demo')).toBeUndefined();
    expect(faults.list()).toEqual([]);
  });

  it('without account and path hits any call, once', () => {
    const faults = new FaultList();
    faults.add(readFault({ delayMs: 5 }));
    expect(faults.take('/anything', '')).toMatchObject({ delayMs: 5, truncate: false });
    expect(faults.take('/anything', '')).toBeUndefined();
  });

  it.each([
    { truncate: true },
    { status: 200, truncate: true },
    { status: 299, delayMs: 5 },
    { status: null, delayMs: 5 },
    { html: true },
    { padBytes: 10_000_000 },
    { bytesPerSecond: 1, padBytes: 20 },
  ])('takes %j for a status of success', (input) => {
    expect(readFault(input)).toMatchObject({ status: undefined, times: 1 });
  });

  it.each([
    [{}, /needs a status from 400 to 599, or one of delayMs, truncate, html, padBytes, bytesPerSecond/],
    [{ padBytes: 0, html: false, retryAfterSeconds: 3 }, /needs a status from 400 to 599/],
    [{ bytesPerSecond: 0 }, /bytesPerSecond must be a whole number of at least 1/],
    [{ bytesPerSecond: 5, truncate: true }, /either cut off \(truncate\) or slow/],
    [{ padBytes: 1e12 }, /padBytes must be a whole number from 0 to/],
    [{ status: 200 }, /needs a status from 400 to 599/],
    [{ status: null, times: 2 }, /needs a status from 400 to 599/],
    [{ status: 302, delayMs: 5 }, /status must be from 400 to 599 for a failure, or null or from 200 to 299/],
    [{ status: 600 }, /got 600/],
    [{ status: 500.5 }, /got 500.5/],
    [{ status: '500' }, /got "500"/],
    [{ status: 500, times: 0 }, /times must be/],
    [{ status: 500, path: 'crm' }, /path must be the beginning/],
    [{ truncate: 'yes' }, /truncate must be true or false/],
    [{ status: 500, delay: 3 }, /Unknown field "delay"/],
    [[], /must be a JSON object/],
  ])('refuses %j', (input, message) => {
    expect(() => readFault(input)).toThrow(message);
  });
});

describe('LimitBook', () => {
  const open = () => new LimitBook({ calls: { default: 100, min: 0 }, lifeSeconds: { default: 60, min: 1 } });

  it('holds for every account, with exceptions that a change for all ends', () => {
    const limits = open();
    limits.change({ calls: 5 }, 'a');
    expect(limits.of('a')).toEqual({ calls: 5, lifeSeconds: 60 });
    expect(limits.of('b').calls).toBe(100);
    limits.change({ lifeSeconds: 9 });
    expect(limits.of('a')).toEqual({ calls: 5, lifeSeconds: 9 });
    limits.change({ calls: null });
    expect(limits.of('a').calls).toBeNull();
  });

  it.each([
    [{ calls: -1 }, /calls must be a whole number of at least 0/],
    [{ lifeSeconds: 0 }, /at least 1/],
    [{ calls: '5' }, /got "5"/],
    [{ call: 5 }, /Unknown limit "call"; this platform has calls, lifeSeconds/],
    [{ toString: 5 }, /Unknown limit/],
  ])('refuses %j and changes nothing', (values, message) => {
    const limits = open();
    expect(() => limits.change(values)).toThrow(message);
    expect(limits.of()).toEqual({ calls: 100, lifeSeconds: 60 });
  });
});

describe('isAccountName', () => {
  it('takes names that fit in a token and a URL', () => {
    expect(['demo', 'tenant-17', 'a.b@c', 'X'.repeat(64)].every(isAccountName)).toBe(true);
    expect(['', 'Zürich', 'a|b', 'a b', 'x'.repeat(65), 5, undefined].some(isAccountName)).toBe(false);
  });
});
