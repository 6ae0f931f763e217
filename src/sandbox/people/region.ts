/** A word of a region's language, with the Latin letters that its people use in e-mail addresses. */
export interface Word {
  readonly text: string;
  readonly latin: string;
}

export interface City {
  readonly name: string;
  readonly state: string;
  /** `#` stands for any digit, `%` for one from 1 to 9, `@` for a capital letter. */
  readonly zip: string;
}

/** What people of one region are called, where they live and how they write phone numbers. */
export interface Region {
  readonly country: string;
  readonly given: readonly Word[];
  readonly family: readonly Word[];
  readonly companies: readonly Word[];
  /** Endings of company names in that country, such as "GmbH". */
  readonly endings: readonly string[];
  readonly cities: readonly City[];
  /** Street lines, with the placeholders of `City.zip`. */
  readonly streets: readonly string[];
  /** Phone numbers as people there type them, national and international, with the same placeholders. */
  readonly phones: readonly string[];
  readonly titles: readonly string[];
}

/** A region as it is written down: words are `text` or `text:latin`, cities `name/state/zip`, comma separated. */
export interface RegionSource {
  readonly country: string;
  readonly given: string;
  readonly family: string;
  readonly companies: string;
  readonly endings: string;
  readonly cities: string;
  readonly streets: string;
  readonly phones: string;
  readonly titles: string;
}

const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  ø: 'o',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ŋ: 'n',
  ħ: 'h',
}; // letters that do not fall apart into a base letter and a mark

/** Lower-case ASCII letters and digits for a text in Latin script; '' for other scripts. */
function foldToLatin(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9]/g, (letter) => LETTERS[letter] ?? '');
}

/** Reads a region from its written form. */
export function readRegion(source: RegionSource): Region {
  return {
    country: source.country,
    given: readWords(source.given),
    family: readWords(source.family),
    companies: readWords(source.companies),
    endings: splitList(source.endings),
    cities: splitList(source.cities).map((it) => {
      const [name = '', state = '', zip = ''] = it.split('/');
      return { name, state, zip };
    }),
    streets: splitList(source.streets),
    phones: splitList(source.phones),
    titles: splitList(source.titles),
  };
}

function readWords(list: string): Word[] {
  return splitList(list).map((it) => {
    const [text = '', latin] = it.split(':');
    return { text, latin: latin ?? foldToLatin(text) };
  });
}

function splitList(list: string): string[] {
  return list.split(',').map((it) => it.trim());
}
