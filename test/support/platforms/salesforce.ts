import {
  createConnectors,
  createLocalAllowances,
  createLocalPermits,
} from '../../../src/connectors/index.js';
import { normalizeValues } from '../../../src/domain/index.js';
import { SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { controlSandbox } from '../sandbox-control.js';
import type { PlatformUnderTest } from './platform-under-test.js';

/** A Contact or Lead as the control API shows it, as far as these tests read it. */
interface SandboxRow {
  readonly attributes: { readonly type: 'Contact' | 'Lead' };
  readonly Id: string;
  readonly IsDeleted: boolean;
  readonly IsConverted?: boolean;
  readonly FirstName: string | null;
  readonly LastName: string | null;
  readonly Email: string | null;
  readonly Phone: string | null;
  readonly Title: string | null;
  /** Of a Lead. */
  readonly Company?: string | null;
  /** Of a Contact. */
  readonly Account?: { readonly Name: string | null } | null;
}

export async function openSalesforce(
  url: string,
  permits = createLocalPermits(),
): Promise<PlatformUnderTest> {
  const sandbox = controlSandbox(url);
  await sandbox.limits({ daily: null });
  return {
    platform: 'SALESFORCE',
    sandbox,
    apiPath: '/services/data',
    tokenPath: '/services/oauth2/token',
    connectors: createConnectors({
      salesforce: {
        ...SANDBOX_CLIENT,
        loginUrl: url,
        instanceHosts: ['localhost', '127.0.0.1'],
        requestsPerDay: 1_000_000,
        reserve: 0,
        permits,
        allowances: createLocalAllowances(),
        lateWriteMs: 2_000,
      },
    }),
    live: async (account) => (await sandbox.allContacts<SandboxRow>(account)).filter(isThere).map(recordOf),
    // A bookmark is a time, which does not end; what ends is the place between two pages.
    expireCursor: (account) => sandbox.control('DELETE', '/salesforce/locators', account),
    async endQuota(account) {
      await sandbox.limits({ daily: 10 }, account);
      await sandbox.control('PUT', '/salesforce/usage', account, { used: 10 });
      return async () => {
        await sandbox.limits({ daily: null }, account);
        await sandbox.control('DELETE', '/salesforce/usage', account);
      };
    },
    quotaCode: 'QUOTA_EXHAUSTED',
  };
}

function isThere({ IsDeleted, IsConverted }: SandboxRow): boolean {
  return !IsDeleted && IsConverted !== true;
}

function recordOf(row: SandboxRow) {
  const values = {
    firstName: row.FirstName,
    lastName: row.LastName,
    email: row.Email,
    phone: row.Phone,
    title: row.Title,
    company: row.attributes.type === 'Lead' ? row.Company : row.Account?.Name,
  };
  return { externalId: row.Id, values: normalizeValues(values).values };
}
