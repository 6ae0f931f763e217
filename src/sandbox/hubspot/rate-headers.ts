/** One number for each limit that replies tell about. */
interface Rates<Value> {
  readonly tenSecondly: Value;
  readonly daily: Value;
}

const INTERVAL_MS = 10_000;

/** The headers that tell what is left of an account's limits; nothing about one that is off (null). */
export function describeRates(limits: Rates<number | null>, used: Rates<number>): Record<string, string> {
  const { tenSecondly, daily } = limits;
  return {
    ...(tenSecondly !== null && {
      'x-hubspot-ratelimit-max': String(tenSecondly),
      'x-hubspot-ratelimit-remaining': String(Math.max(0, tenSecondly - used.tenSecondly)),
      'x-hubspot-ratelimit-interval-milliseconds': String(INTERVAL_MS),
    }),
    ...(daily !== null && {
      'x-hubspot-ratelimit-daily': String(daily),
      'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, daily - used.daily)),
    }),
  };
}
