import { type ContactValues, normalizeValues } from '../../../src/domain/index.js';

interface RawValue {
  readonly metadata?: { readonly primary?: boolean };
  readonly [key: string]: unknown;
}

/** A person as the simulated Google shows all of it. */
export interface RawPerson {
  readonly resourceName: string;
  readonly metadata: {
    readonly deleted?: boolean;
    readonly sources: readonly { readonly updateTime: string }[];
  };
  readonly names?: readonly RawValue[];
  readonly emailAddresses?: readonly RawValue[];
  readonly phoneNumbers?: readonly RawValue[];
  readonly organizations?: readonly RawValue[];
}

/** What we should hold of a person: read from Google's documents once more, not with the connector's code. */
export function valuesOfPerson(person: RawPerson): ContactValues {
  const { names = [], emailAddresses = [], phoneNumbers = [], organizations = [] } = person;
  const primary = (values: readonly RawValue[]) =>
    values.find(({ metadata }) => metadata?.primary) ?? values[0];
  const phone = primary(phoneNumbers);
  const job = organizations.find(({ current }) => current === true) ?? primary(organizations);
  const text = (value: unknown) => value as string | undefined;
  return normalizeValues({
    firstName: text(primary(names)?.givenName),
    lastName: text(primary(names)?.familyName),
    email: text(primary(emailAddresses)?.value),
    phone: text(phone?.canonicalForm ?? phone?.value),
    company: text(job?.name),
    title: text(job?.title),
  }).values;
}
