/** One value of a person's field, as Google sends it or is sent it. */
export type Entry = Readonly<Record<string, unknown>>;

interface Marked {
  readonly metadata?: { readonly primary?: boolean | null; readonly sourcePrimary?: boolean | null } | null;
}

/** What Google works out itself (`readOnly` in its discovery document). */
const outputOnly = ['metadata', 'canonicalForm', 'formattedType'];

/** The entry without these keys, and without those that are empty. */
export function without(entry: object, keys: readonly string[]): Entry {
  return Object.fromEntries(
    Object.entries(entry).filter(
      ([key, it]) => !keys.includes(key) && it !== null && it !== undefined && it !== '',
    ),
  );
}

export function unmarked(entry: object): Entry {
  return without(entry, outputOnly);
}

/** `primary` is output-only; `sourcePrimary` is what a writer can set, on one entry of a field at most. */
export function asPrimary(entry: object): Entry {
  return { ...unmarked(entry), metadata: { sourcePrimary: true } };
}

/**
 * The entries as they are. The primary one comes first and is marked: so it is the primary one, whether Google goes by the
 * mark or by the order.
 */
export function keepEntries<T extends Marked>(entries: readonly T[]): Entry[] {
  const primary =
    entries.find(({ metadata }) => metadata?.primary) ??
    entries.find(({ metadata }) => metadata?.sourcePrimary);
  const others = entries.filter((it) => it !== primary).map(unmarked);
  return primary ? [asPrimary(primary), ...others] : others;
}
