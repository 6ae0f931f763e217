import { badInput, isId, notFound, readPageArgs } from '../domain/index.js';
import type { Commands } from './contract.js';
import type { CommandDeps } from './dependencies.js';

/** How many contacts one call may merge into another. */
const maxLosers = 100;
const defaultPageSize = 50;

type MergeContacts = Pick<Commands, 'mergeContacts' | 'listPossibleDuplicates'>;

export function createMergeContacts({ store }: CommandDeps): MergeContacts {
  return {
    async mergeContacts(user, winnerId, loserIds) {
      const [winner, ...losers] = [winnerId, ...loserIds].map((id) => id.toLowerCase());
      checkLosers(winner as string, losers);
      const contact = [winner as string, ...losers].every(isId)
        ? await store.contacts.merge(user, winner as string, losers)
        : null;
      if (!contact) throw notFound('contact');
      return contact;
    },
    async listPossibleDuplicates(user, { first, after }) {
      const found = await store.contacts.listDuplicates(
        user,
        readPageArgs({ first, after }, defaultPageSize),
      );
      const ids = found.edges.flatMap(({ node }) => node.contactIds);
      const byId = new Map((await store.contacts.findAll(user, ids)).map((it) => [it.id, it]));
      const edges = found.edges.map(({ cursor, node }) => ({
        cursor,
        node: { ...node, contacts: node.contactIds.flatMap((id) => byId.get(id) ?? []) },
      }));
      // One that was deleted in between is no duplicate any more.
      return { ...found, edges: edges.filter(({ node }) => node.contacts.length === 2) };
    },
  };
}

function checkLosers(winner: string, losers: readonly string[]): void {
  const field = 'loserIds';
  if (losers.length === 0) throw badInput(field, 'loserIds is empty.');
  if (losers.length > maxLosers)
    throw badInput(field, `loserIds has ${losers.length} entries; at most ${maxLosers} go in one call.`);
  if (losers.includes(winner)) throw badInput(field, 'loserIds names the winner.');
  if (new Set(losers).size < losers.length) throw badInput(field, 'loserIds names a contact twice.');
}
