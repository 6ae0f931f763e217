import { Field, ID, InterfaceType } from 'type-graphql';
import type { Conflict } from '../../commands/index.js';
import type { Contact, Integration, SyncRun } from '../../domain/index.js';

/** All that `node(id)` may answer with. */
export type AnyNode = Contact | Integration | SyncRun | Conflict;

/** Tells the kinds of node apart by a field that only one of them has. */
function typeNameOf(node: AnyNode): 'Contact' | 'Integration' | 'SyncRun' | 'Conflict' {
  if ('displayName' in node) return 'Contact';
  if ('detectedAt' in node) return 'Conflict';
  return 'settings' in node ? 'Integration' : 'SyncRun';
}

@InterfaceType('Node', {
  description: 'Whatever has an id of its own and can be read again by it.',
  resolveType: typeNameOf,
})
export abstract class NodeType {
  @Field(() => ID, { description: 'Opaque, and unique over all types.' })
  readonly id!: string;
}
