import { ControlInputError, readObject } from './control-input.js';

/** A limit that a platform's sandbox keeps: its value at the start and the smallest one that makes sense. */
export interface LimitRule {
  readonly default: number;
  readonly min: number;
}

/** Present values by name; null switches a limit off. */
type Limits<Name extends string> = Readonly<Record<Name, number | null>>;

/**
 * The limits of one sandbox: for every account, with exceptions for single ones.
 * Setting a limit for all accounts ends the exceptions to it.
 */
export class LimitBook<Name extends string> {
  private base: Limits<Name>;
  private readonly exceptions = new Map<string, Partial<Limits<Name>>>();
  private readonly effective = new Map<string, Limits<Name>>();

  constructor(private readonly rules: Readonly<Record<Name, LimitRule>>) {
    const names = Object.keys(rules) as Name[];
    this.base = Object.fromEntries(names.map((it) => [it, rules[it].default])) as Record<Name, number>;
  }

  /** The limits that hold for an account; without one, those of every account without exceptions. */
  of(account?: string): Limits<Name> {
    if (account === undefined || !this.exceptions.has(account)) return this.base;
    let limits = this.effective.get(account);
    if (!limits) {
      limits = { ...this.base, ...this.exceptions.get(account) };
      this.effective.set(account, limits);
    }
    return limits;
  }

  /** Changes some limits, for one account or for all. Throws ControlInputError on an unknown name or bad value. */
  change(values: unknown, account?: string): Limits<Name> {
    const changes = this.check(values);
    this.effective.clear();
    if (account === undefined) {
      this.base = { ...this.base, ...changes };
      for (const exception of this.exceptions.values()) {
        for (const name of Object.keys(changes)) delete (exception as Record<string, unknown>)[name];
      }
    } else {
      this.exceptions.set(account, { ...this.exceptions.get(account), ...changes });
    }
    return this.of(account);
  }

  private check(values: unknown): Partial<Limits<Name>> {
    const changes: Record<string, number | null> = {};
    for (const [name, value] of Object.entries(readObject(values))) {
      if (name === 'account') continue;
      if (!Object.hasOwn(this.rules, name)) {
        throw new ControlInputError(
          `Unknown limit "${name}"; this platform has ${Object.keys(this.rules).join(', ')}.`,
        );
      }
      const { min } = this.rules[name as Name];
      const isCount = typeof value === 'number' && Number.isInteger(value) && value >= min;
      if (value !== null && !isCount) {
        throw new ControlInputError(
          `${name} must be a whole number of at least ${min}, or null for no limit; got ${JSON.stringify(value)}.`,
        );
      }
      changes[name] = value as number | null;
    }
    return changes as Partial<Limits<Name>>;
  }
}
