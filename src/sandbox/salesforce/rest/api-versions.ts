import { notFound, refuse } from '../replies.js';

const OLDEST = 31;
const NEWEST = 67;
/** Each year has three releases; version 31 was Summer '14. */
const SEASONS = ['Spring', 'Summer', 'Winter'] as const;
const FIRST_SPRING = { version: 30, year: 14 };

/** The versions that are served, as `/services/data` lists them. */
export function listVersions(): object[] {
  return Array.from({ length: NEWEST - OLDEST + 1 }, (_none, index) => {
    const number = OLDEST + index;
    const version = `${number}.0`;
    return { label: labelOf(number), url: `/services/data/v${version}`, version };
  });
}

/** Throws 410 for a version that was retired, 404 for one that is still to come or none. */
export function checkVersion(version: string): void {
  const number = /^v(\d+)\.0$/.exec(version)?.[1];
  if (number === undefined || Number(number) > NEWEST) throw notFound();
  if (Number(number) < OLDEST) {
    throw refuse(410, 'UNSUPPORTED_API_VERSION', 'The requested API version has been retired.');
  }
}

function labelOf(number: number): string {
  const releases = number - FIRST_SPRING.version;
  const season = SEASONS[releases % SEASONS.length]!;
  const year = FIRST_SPRING.year + Math.floor(releases / SEASONS.length);
  return `${season} '${season === 'Winter' ? year + 1 : year}`;
}
