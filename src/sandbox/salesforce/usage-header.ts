/** The header that tells how much of the org's requests of 24 hours is used; nothing when that limit is off. */
export function describeUsage(used: number, daily: number | null): Record<string, string> {
  return daily === null ? {} : { 'sforce-limit-info': `api-usage=${used}/${daily}` };
}
