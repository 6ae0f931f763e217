import { createConnectors, createLocalPermits } from '../../../src/connectors/index.js';
import { normalizeValues } from '../../../src/domain/index.js';
import { SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { controlSandbox } from '../sandbox-control.js';
import type { PlatformUnderTest } from './platform-under-test.js';

const wide = { limit: 100_000, windowMs: 1_000 };

export async function openHubspot(url: string, permits = createLocalPermits()): Promise<PlatformUnderTest> {
  const sandbox = controlSandbox(url);
  await sandbox.limits({ tenSecondly: null, searchPerSecond: null, daily: null });
  return {
    platform: 'HUBSPOT',
    sandbox,
    apiPath: '/crm',
    tokenPath: '/oauth/v3/token',
    connectors: createConnectors({
      hubspot: {
        ...SANDBOX_CLIENT,
        appUrl: url,
        apiUrl: url,
        limits: { app: undefined, account: wide, search: wide },
        permits,
      },
    }),
    async live(account) {
      const contacts = await sandbox.contacts(account);
      return contacts.map(({ id, properties: it }) => {
        const names = { firstName: it.firstname, lastName: it.lastname, company: it.company };
        const rest = { email: it.email, phone: it.phone, title: it.jobtitle };
        return { externalId: id, values: normalizeValues({ ...names, ...rest }).values };
      });
    },
    // HubSpot's bookmarks are times: they do not end.
    expireCursor: async () => {},
    async endQuota(account) {
      await sandbox.limits({ daily: 1 }, account);
      return () => sandbox.limits({ daily: null }, account);
    },
    quotaCode: 'QUOTA_EXHAUSTED',
  };
}
