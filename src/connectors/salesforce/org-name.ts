import { z } from 'zod';
import { AppError } from '../../domain/index.js';
import type { SessionOwner } from '../contract.js';
import type { SalesforceRules } from './limits.js';
import type { OrgNamer } from './oauth.js';
import { type OrgSession, openOrg } from './org.js';

const organization = z.object({
  records: z.tuple([z.object({ Name: z.string().min(1).max(255) })]),
});

/**
 * Asks an org for its name. A name is no reason to lose a consent that cannot be given twice with one code: where it
 * is not told, there is none. That the org or user may not use the API is told at once.
 */
export function createOrgNamer(open: (owner: SessionOwner) => OrgSession, rules: SalesforceRules): OrgNamer {
  return async ({ id, apiUrl, accessToken }) => {
    const token = async () => accessToken;
    const tokens = { current: token, renew: token };
    const session = open({ userId: `connecting ${id}`, accountId: id, apiUrl, interactive: true, tokens });
    const path = `/query?q=${encodeURIComponent('SELECT Name FROM Organization')}`;
    try {
      const { body } = await openOrg(session, rules, new AbortController().signal).request({
        method: 'GET',
        path,
      });
      return organization.safeParse(body).data?.records[0].Name ?? null;
    } catch (error) {
      if (error instanceof AppError && error.code !== 'NEEDS_REAUTHORIZATION') return null;
      throw error;
    }
  };
}
