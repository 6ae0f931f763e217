import type { Random } from './random.js';
import type { Region, Word } from './region.js';
import { EASTERN_REGIONS } from './regions-east.js';
import { WESTERN_REGIONS } from './regions-west.js';

/** A person as somebody might have typed them into a CRM; what was left empty is absent. */
export interface Person {
  readonly firstName?: string;
  readonly lastName?: string;
  /** Lower case. */
  readonly email?: string;
  /** Free text: national, international, sometimes nonsense. */
  readonly phone?: string;
  readonly mobile?: string;
  readonly company?: string;
  readonly jobTitle?: string;
  readonly street?: string;
  readonly city?: string;
  readonly state?: string;
  readonly zip?: string;
  readonly country?: string;
  readonly website?: string;
}

/** Where a person's mail address may come from when it is not the company's. Reserved names (RFC 2606). */
const MAIL_HOSTS = ['mail.example', 'post.example', 'inbox.example', 'correo.example', 'webmail.example'];
const REGIONS: readonly Region[] = [...WESTERN_REGIONS, ...EASTERN_REGIONS];
const NONSENSE_PHONES = [
  'n/a',
  '12345',
  'call reception',
  '+1 (555) CALL-NOW',
  '000',
  '??',
  '+99 999',
  'x4021',
];

const SHARES = {
  noEmail: 0.04,
  noFirstName: 0.03,
  noLastName: 0.01,
  noPhone: 0.15,
  nonsensePhone: 0.02,
  mobile: 0.25,
  noCompany: 0.1,
  noAddress: 0.3,
  website: 0.35,
} as const;

/** Gives out an e-mail address near the wanted one that nobody has yet. */
export type TakeEmail = (local: string, host: string) => string;

/**
 * Makes up a person. `names` decides what they are called and where they live, `random` everything else:
 * two people made with equal `names` bear one name.
 */
export function createPerson(names: Random, random: Random, takeEmail: TakeEmail): Person {
  const region = names.pick(REGIONS);
  const first = names.pick(region.given);
  const last = names.pick(region.family);
  const hasFirst = !names.chance(SHARES.noFirstName);
  const hasLast = !hasFirst || !names.chance(SHARES.noLastName);
  const company = random.pick(region.companies);
  const ending = random.pick(region.endings);
  const companyHost = `${company.latin || 'company'}.example`;
  const hasEmail = !random.chance(SHARES.noEmail);
  const host = random.chance(0.7) ? companyHost : random.pick(MAIL_HOSTS);
  const local = chooseLocalPart(random, first, last);
  const hasCompany = !random.chance(SHARES.noCompany);

  return {
    firstName: hasFirst ? first.text : undefined,
    lastName: hasLast ? last.text : undefined,
    email: hasEmail ? takeEmail(local, host) : undefined,
    ...choosePhones(random, region),
    company: hasCompany ? `${company.text} ${ending}` : undefined,
    jobTitle: random.chance(0.75) ? random.pick(region.titles) : undefined,
    ...chooseAddress(random, region),
    website: hasCompany && random.chance(SHARES.website) ? `https://www.${companyHost}` : undefined,
  };
}

function chooseLocalPart(random: Random, first: Word, last: Word): string {
  const given = first.latin || 'info';
  const family = last.latin || 'office';
  switch (random.int(6)) {
    case 0:
      return `${given[0]}${family}`;
    case 1:
      return `${given}_${family}`;
    case 2:
      return `${given}.${family}+crm`;
    case 3:
      return `${given}${1950 + random.int(56)}`;
    default:
      return `${given}.${family}`;
  }
}

function choosePhones(random: Random, region: Region): Pick<Person, 'phone' | 'mobile'> {
  const mobile = random.chance(SHARES.mobile) ? fillPattern(random, random.pick(region.phones)) : undefined;
  if (random.chance(SHARES.noPhone)) return { mobile };
  const isNonsense = random.chance(SHARES.nonsensePhone);
  const phone = isNonsense ? random.pick(NONSENSE_PHONES) : fillPattern(random, random.pick(region.phones));
  return { phone, mobile };
}

function chooseAddress(
  random: Random,
  region: Region,
): Pick<Person, 'street' | 'city' | 'state' | 'zip' | 'country'> {
  if (random.chance(SHARES.noAddress)) return random.chance(0.5) ? { country: region.country } : {};
  const city = random.pick(region.cities);
  return {
    street: fillPattern(random, random.pick(region.streets)),
    city: city.name,
    state: city.state || undefined,
    zip: city.zip === '' ? undefined : fillPattern(random, city.zip),
    country: region.country,
  };
}

/** A text with its placeholders filled: `#` any digit, `%` one from 1 to 9, `@` a capital letter. */
function fillPattern(random: Random, pattern: string): string {
  let text = '';
  for (const sign of pattern) {
    if (sign === '#') text += random.int(10);
    else if (sign === '%') text += 1 + random.int(9);
    else if (sign === '@') text += String.fromCharCode(65 + random.int(26));
    else text += sign;
  }
  return text;
}
