import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSeededContacts } from '../../../src/sandbox/hubspot/seeded-contacts.js';

describe('createSeededContacts', () => {
  const contacts = createSeededContacts(7, 'demo', 5_000);
  const values = (name: string) => contacts.flatMap((it) => it.properties[name] ?? []);

  it('gives equal contacts for equal seeds and names, others for others', () => {
    expect(createSeededContacts(7, 'demo', 5_000)).toEqual(contacts);
    expect(createSeededContacts(8, 'demo', 50)).not.toEqual(contacts.slice(0, 50));
    expect(createSeededContacts(7, 'other', 50)).not.toEqual(contacts.slice(0, 50));
  });

  it('gives the same contacts on any day', () => {
    onTestFinished(() => void vi.useRealTimers());
    for (const day of [Date.UTC(2025, 5, 1), Date.UTC(2025, 9, 2), Date.UTC(2040, 0, 1)]) {
      vi.useFakeTimers({ now: day });
      expect(JSON.stringify(createSeededContacts(7, 'demo', 5_000))).toBe(JSON.stringify(contacts));
    }
  });

  it('makes people who do not depend on how many there are', () => {
    const few = createSeededContacts(7, 'demo', 50);
    expect(few.map((it) => it.properties)).toEqual(contacts.slice(0, 50).map((it) => it.properties));
  });

  it('keeps ids rising and of different lengths', () => {
    expect(contacts.every((it, index) => index === 0 || it.id > contacts[index - 1]!.id)).toBe(true);
    expect(new Set(contacts.map((it) => String(it.id).length)).size).toBeGreaterThan(3);
  });

  it('keeps addresses unique, in lower case and plausible', () => {
    const emails = values('email');
    expect(new Set(emails).size).toBe(emails.length);
    expect(emails.filter((it) => !/^[a-z0-9._+]+@[a-z0-9]+\.example$/.test(it))).toEqual([]);
  });

  it('leaves out what people leave out', () => {
    const missing = (name: string) => 1 - values(name).length / contacts.length;
    expect(missing('email')).toBeGreaterThan(0.03);
    expect(missing('email')).toBeLessThan(0.05);
    expect(missing('firstname')).toBeGreaterThan(0.02);
    expect(missing('firstname')).toBeLessThan(0.05);
    expect(contacts.every((it) => it.properties.firstname ?? it.properties.lastname)).toBeTruthy();
  });

  it.each([
    ['Arabic', 'firstname', /\p{Script=Arabic}/u],
    ['Hebrew', 'lastname', /\p{Script=Hebrew}/u],
    ['Chinese', 'lastname', /\p{Script=Han}/u],
    ['Korean', 'firstname', /\p{Script=Hangul}/u],
    ['Greek', 'firstname', /\p{Script=Greek}/u],
    ['Cyrillic', 'lastname', /\p{Script=Cyrillic}/u],
    ['Vietnamese', 'lastname', /Nguyễn/u],
    ['Icelandic', 'firstname', /Þórdís|Ægir/u],
    ['a sign beyond the basic plane', 'lastname', /𠮷/u],
    ['emoji', 'company', /\p{Extended_Pictographic}/u],
    ['an apostrophe', 'lastname', /['’]/],
    ['an international number', 'phone', /^\+\d/],
    ['a national number', 'phone', /^0\d/],
    ['a nonsense number', 'phone', /^n\/a$/],
  ])('has %s in %s', (_kind, name, pattern) => {
    expect(values(name).some((it) => pattern.test(it))).toBe(true);
  });

  it('has people of one name with addresses of their own', () => {
    const [, , first, second] = createSeededContacts(7, 'small', 10);
    expect(second?.properties.lastname).toBe(first?.properties.lastname);
    expect(second?.properties.firstname).toBe(first?.properties.firstname);
    expect(second?.properties.email).not.toBe(first?.properties.email);
  });

  it('spreads dates over the three years before October 2025, created before changed', () => {
    const dates = contacts.map((it) => it.updatedAt);
    expect(Math.max(...dates)).toBeLessThan(Date.UTC(2025, 9, 1));
    expect(Math.min(...dates)).toBeLessThan(Date.UTC(2023, 9, 1));
    expect(contacts.every((it) => it.createdAt <= it.updatedAt)).toBe(true);
  });

  it('makes 10,000 in well under a second', () => {
    const started = process.cpuUsage();
    createSeededContacts(1, 'speed', 10_000);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(1_000);
  });
});
