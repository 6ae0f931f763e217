import type { ToldChange } from '../../src/domain/index.js';

/** Records of which a CRM tells that they changed, but not when. */
export function told(...externalIds: string[]): ToldChange[] {
  return externalIds.map((externalId) => ({ externalId, at: null }));
}
