import 'reflect-metadata';
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { ConflictConnectionResolver, ConflictResolver } from './conflict/conflict.resolver.js';
import { ContactConnectionResolver, ContactResolver } from './contact/contact.resolver.js';
import { ContactChangesResolver } from './contact/contact-changes.resolver.js';
import { ContactHistoryResolver } from './contact/contact-history.resolver.js';
import { PossibleDuplicatesResolver } from './contact/possible-duplicates.resolver.js';
import { IntegrationResolver } from './integration/integration.resolver.js';
import { IntegrationChangesResolver } from './integration/integration-changes.resolver.js';
import { NodeResolver } from './relay/node.resolver.js';
import { RelatedRunsResolver } from './sync/related-runs.resolver.js';
import { RunChangesResolver } from './sync/run-changes.resolver.js';
import { RecordErrorConnectionResolver, SyncRunResolver } from './sync/sync.resolver.js';
import { SyncChangesResolver } from './sync/sync-changes.resolver.js';
import { SyncWatchingResolver } from './sync/sync-watching.resolver.js';
import { ViewerResolver } from './viewer/viewer.resolver.js';

const resolvers: NonEmptyArray<new () => object> = [
  NodeResolver,
  ViewerResolver,
  ContactResolver,
  ContactConnectionResolver,
  ContactHistoryResolver,
  ContactChangesResolver,
  PossibleDuplicatesResolver,
  ConflictResolver,
  ConflictConnectionResolver,
  IntegrationResolver,
  IntegrationChangesResolver,
  SyncRunResolver,
  RunChangesResolver,
  RelatedRunsResolver,
  RecordErrorConnectionResolver,
  SyncChangesResolver,
  SyncWatchingResolver,
];

/** TypeGraphQL asks for a pub/sub; every stream of ours comes from a command instead. */
const noPubSub = {
  publish(): void {},
  subscribe(): never {
    throw new Error('Subscriptions read from commands.');
  },
};

/** The public schema. Input is checked by the commands, so TypeGraphQL's own validation is off. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({ resolvers, validate: false, pubSub: noPubSub });
  describe(schema.getQueryType(), 'What can be read.');
  describe(schema.getMutationType(), 'What can be changed: each does what it says, or fails with one error.');
  describe(schema.getSubscriptionType(), 'What can be watched, over a WebSocket.');
  return schema;
}

/** TypeGraphQL has no place for the description of a root type. */
function describe(type: GraphQLObjectType | null | undefined, description: string): void {
  if (type) type.description = description;
}
