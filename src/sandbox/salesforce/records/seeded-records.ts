import { chooseSeededDates, listAccountPeople } from '../../people/account-people.js';
import type { Person } from '../../people/person.js';
import type { ObjectName } from './fields.js';
import { findField, objectOf, type PeopleObject } from './objects.js';
import { nameRow, type Row, type Value, type Values } from './row.js';

/** One person in this many is a Lead, the others are Contacts. */
const LEAD_EVERY = 5;
/** What Salesforce's own importers put where a required text is missing. */
const NOT_PROVIDED = '[not provided]';

interface SeedPlan {
  readonly seed: number;
  readonly account: string;
  /** Contacts and Leads together. */
  readonly count: number;
  readonly ownerId: string;
  readonly createId: (type: ObjectName) => string;
}

/**
 * The Contacts and Leads that an org has when it is first used, and the Accounts of the Contacts. They are the
 * people numbered from half of `count` on, so that half of them are in the other platforms' accounts as well.
 */
export function* createSeededRecords(plan: SeedPlan): Generator<Row> {
  const companies = new Map<string, string>();
  const from = Math.floor(plan.count / 2);
  for (const known of listAccountPeople(plan.seed, plan.account, plan.count, from)) {
    const dates = chooseSeededDates(known.random, (known.index - from) / plan.count);
    const { person } = known;
    if (known.index % LEAD_EVERY === LEAD_EVERY - 1) {
      yield createRow(plan, 'Lead', toLeadValues(person), dates);
      continue;
    }
    let accountId = companies.get(person.company ?? '');
    if (accountId === undefined && person.company !== undefined) {
      const company = createRow(
        plan,
        'Account',
        { Name: person.company },
        { ...dates, updatedAt: dates.createdAt },
      );
      yield company;
      accountId = company.id;
      companies.set(person.company, accountId);
    }
    yield createRow(plan, 'Contact', toContactValues(person, accountId), dates);
  }
}

/** A person as an importer makes a Contact of them: required fields are filled, long texts cut. */
export function toContactValues(person: Person, accountId: string | undefined): Values {
  return fitLengths('Contact', {
    ...nameParts(person),
    AccountId: accountId,
    Email: person.email,
    Phone: person.phone,
    MobilePhone: person.mobile,
    Title: person.jobTitle,
    MailingStreet: person.street,
    MailingCity: person.city,
    MailingState: person.state,
    MailingPostalCode: person.zip,
    MailingCountry: person.country,
  });
}

/** A person as an importer makes a Lead of them. */
export function toLeadValues(person: Person): Values {
  return fitLengths('Lead', {
    ...nameParts(person),
    Company: person.company ?? NOT_PROVIDED,
    Status: 'Open - Not Contacted',
    Email: person.email,
    Phone: person.phone,
    MobilePhone: person.mobile,
    Title: person.jobTitle,
    Website: person.website,
    Street: person.street,
    City: person.city,
    State: person.state,
    PostalCode: person.zip,
    Country: person.country,
  });
}

function nameParts(person: Person): Record<string, string | undefined> {
  const { firstName, lastName, company } = person;
  if (lastName !== undefined) return { FirstName: firstName, LastName: lastName };
  return { LastName: firstName ?? company ?? NOT_PROVIDED };
}

/** Only what is set, cut to the fields' lengths without tearing a sign apart. */
function fitLengths(type: PeopleObject, values: Readonly<Record<string, string | undefined>>): Values {
  const fitted: Record<string, Value> = {};
  for (const [name, value] of Object.entries(values)) {
    const { length } = findField(objectOf(type), name)!;
    if (value !== undefined) fitted[name] = value.length <= length ? value : cut(value, length);
  }
  return fitted;
}

function cut(text: string, length: number): string {
  let kept = '';
  for (const sign of text) {
    if (kept.length + sign.length > length) break;
    kept += sign;
  }
  return kept.trimEnd();
}

function createRow(
  { ownerId, createId }: SeedPlan,
  type: ObjectName,
  values: Values,
  dates: { readonly createdAt: number; readonly updatedAt: number },
): Row {
  const id = createId(type);
  return nameRow({
    type,
    id,
    values: {
      Id: id,
      OwnerId: ownerId,
      ...values,
      IsDeleted: false,
      CreatedDate: dates.createdAt,
      CreatedById: ownerId,
      LastModifiedDate: dates.updatedAt,
      LastModifiedById: ownerId,
      SystemModstamp: dates.updatedAt,
    },
  });
}
