/** Keeps what was used last, up to a total weight. */
interface BoundedCache<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value, weight?: number): void;
  delete(key: Key): boolean;
}

/** `capacity` is the sum of the weights that are kept; a value weighs 1 unless `set` says otherwise. */
export function createBoundedCache<Key, Value>(capacity: number): BoundedCache<Key, Value> {
  // A Map iterates in the order of insertion: what is read is put in again, so the front is the oldest.
  const entries = new Map<Key, { value: Value; weight: number }>();
  let total = 0;

  function remove(key: Key): boolean {
    total -= entries.get(key)?.weight ?? 0;
    return entries.delete(key);
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, weight = 1) {
      remove(key);
      if (weight > capacity) return;
      entries.set(key, { value, weight });
      total += weight;
      for (const oldest of entries.keys()) {
        if (total <= capacity) break;
        remove(oldest);
      }
    },
    delete: remove,
  };
}
