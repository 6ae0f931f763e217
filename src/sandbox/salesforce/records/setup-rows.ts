import type { Identity } from '../identity.js';
import type { Row } from './row.js';

/** When orgs and their users came to be: before everything that is seeded. */
const FOUNDED_AT = Date.UTC(2022, 0, 1);

export function createUserRow({ userId, user, username, email }: Identity): Row {
  const values = {
    Id: userId,
    Username: username,
    LastName: user,
    Name: user,
    Email: email,
    IsActive: true,
    UserType: 'Standard',
    TimeZoneSidKey: 'Etc/UTC',
    LocaleSidKey: 'en_US',
    ...stamps(userId),
  };
  return { type: 'User', id: userId, values };
}

export function createOrganizationRow({ orgId, account, userId }: Identity): Row {
  const values = {
    Id: orgId,
    Name: account,
    OrganizationType: 'Developer Edition',
    InstanceName: 'HS0',
    IsSandbox: false,
    LanguageLocaleKey: 'en_US',
    ...stamps(userId),
  };
  return { type: 'Organization', id: orgId, values };
}

function stamps(userId: string) {
  return {
    CreatedDate: FOUNDED_AT,
    CreatedById: userId,
    LastModifiedDate: FOUNDED_AT,
    LastModifiedById: userId,
    SystemModstamp: FOUNDED_AT,
  };
}
