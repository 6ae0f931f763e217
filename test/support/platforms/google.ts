import { createConnectors, createLocalPermits } from '../../../src/connectors/index.js';
import { normalizeValues } from '../../../src/domain/index.js';
import { SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { controlSandbox } from '../sandbox-control.js';
import type { PlatformUnderTest } from './platform-under-test.js';

/** A person as the control API shows it, as far as these tests read it. */
interface SandboxPerson {
  readonly resourceName: string;
  readonly metadata: { readonly deleted?: boolean };
  readonly names?: readonly { readonly givenName?: string; readonly familyName?: string }[];
  readonly emailAddresses?: readonly PersonValue[];
  readonly phoneNumbers?: readonly (PersonValue & { readonly canonicalForm?: string })[];
  readonly organizations?: readonly {
    readonly name?: string;
    readonly title?: string;
    readonly current?: boolean;
    readonly metadata?: { readonly primary?: boolean };
  }[];
}

interface PersonValue {
  readonly value?: string;
  readonly metadata?: { readonly primary?: boolean };
}

export async function openGoogle(url: string, permits = createLocalPermits()): Promise<PlatformUnderTest> {
  const sandbox = controlSandbox(url);
  await sandbox.limits({ readsPerMinute: null, writesPerMinute: null, fullSyncsPerMinute: null });
  return {
    platform: 'GOOGLE',
    sandbox,
    apiPath: '/v1/people',
    tokenPath: '/token',
    connectors: createConnectors({
      google: {
        ...SANDBOX_CLIENT,
        loginUrl: url,
        oauthUrl: url,
        apiUrl: url,
        readsPerMinute: 100_000,
        writesPerMinute: 100_000,
        showsWritesAfterMs: 1_000,
        permits,
      },
    }),
    live: async (account) =>
      (await sandbox.allContacts<SandboxPerson>(account)).filter(isThere).map(recordOf),
    expireCursor: (account) => sandbox.control('POST', '/google/sync-tokens', account, { ageDays: 8 }),
    async endQuota(account) {
      await sandbox.limits({ readsPerMinute: 1 }, account);
      return () => sandbox.limits({ readsPerMinute: null }, account);
    },
    quotaCode: 'RATE_LIMITED',
  };
}

function isThere({ metadata }: SandboxPerson): boolean {
  return metadata.deleted !== true;
}

function recordOf(person: SandboxPerson) {
  const [name] = person.names ?? [];
  const phone = primaryOf(person.phoneNumbers);
  const organization = person.organizations?.find((it) => it.current) ?? primaryOf(person.organizations);
  const values = {
    firstName: name?.givenName,
    lastName: name?.familyName,
    email: primaryOf(person.emailAddresses)?.value,
    phone: phone?.canonicalForm ?? phone?.value,
    company: organization?.name,
    title: organization?.title,
  };
  return { externalId: person.resourceName, values: normalizeValues(values).values };
}

function primaryOf<T extends { readonly metadata?: { readonly primary?: boolean } }>(
  values: readonly T[] | undefined,
): T | undefined {
  return values?.find((it) => it.metadata?.primary) ?? values?.[0];
}
