import { type ContactValues, normalizeEmail, normalizePhone } from '../../domain/index.js';
import { choosePrimary, hasText, type Ranked } from './choose.js';
import { numberOf } from './convert.js';
import { asPrimary, type Entry, keepEntries, unmarked, without } from './entries.js';

interface Valued extends Ranked {
  readonly value?: string | null | undefined;
}
interface Numbered extends Valued {
  readonly canonicalForm?: string | null | undefined;
}
interface Job extends Ranked {
  readonly name?: string | null | undefined;
  readonly title?: string | null | undefined;
}

export function editEmails(entries: readonly Valued[], email: string | null): Entry[] {
  return editValue(entries, email, ({ value }) => normalizeEmail(value ?? '') === email);
}

/** A number is the same in the words in which it was written, and in Google's own form. */
export function editPhones(entries: readonly Numbered[], phone: string | null): Entry[] {
  return editValue(entries, phone, (it) =>
    [it.value, numberOf(it)].some((form) => normalizePhone(form ?? '') === phone),
  );
}

function editValue<T extends Valued>(
  entries: readonly T[],
  value: string | null,
  isSame: (entry: T) => boolean,
): Entry[] {
  const filled = entries.filter(hasText);
  const primary = choosePrimary(filled);
  if (value === null) return entries.filter((it) => it.value !== primary?.value).map(unmarked);
  if (primary && isSame(primary)) return keepEntries(entries);
  const known = filled.find(isSame);
  const replaced = known ?? primary;
  const others = entries.filter((it) => it !== replaced).map(unmarked);
  return [asPrimary(known ?? { ...primary, value }), ...others];
}

/** Says nothing by itself: what an entry that only held our values is left with. */
const sideIssues = ['metadata', 'type', 'formattedType', 'current'];

/** What else is known of the job stays, even where it has neither company nor title any more. */
export function editOrganizations(
  entries: readonly Job[],
  { company, title }: Partial<Pick<ContactValues, 'company' | 'title'>>,
): Entry[] {
  const job = choosePrimary(entries);
  const others = entries.filter((it) => it !== job).map(unmarked);
  const name = company === undefined ? job?.name : company;
  const edited = { ...job, name, title: title === undefined ? job?.title : title };
  if (Object.keys(without(edited, sideIssues)).length === 0) return others;
  return [asPrimary(edited), ...others];
}
