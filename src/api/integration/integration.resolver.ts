import {
  Arg,
  Ctx,
  FieldResolver,
  Int,
  Query,
  Resolver,
  Root,
  type SubscribeResolverData,
  Subscription,
} from 'type-graphql';
import type { Integration, Platform, RateBudget, SyncRun } from '../../domain/index.js';
import type { ApiContext } from '../context.js';
import { PlatformEnum } from '../platform.type.js';
import { SyncRunType } from '../sync/sync-run.type.js';
import { IntegrationType } from './integration.type.js';
import { RateBudgetType } from './integration-settings.type.js';

@Resolver(() => IntegrationType)
export class IntegrationResolver {
  @Query(() => [IntegrationType], {
    description: 'One entry per platform, connected or not, in the order HUBSPOT, SALESFORCE, GOOGLE.',
  })
  integrations(@Ctx() { commands, userId }: ApiContext): Promise<Integration[]> {
    return commands.listIntegrations(userId);
  }

  @Query(() => IntegrationType, { description: 'One platform, connected or not.' })
  integration(
    @Arg('platform', () => PlatformEnum, { description: 'Which one.' }) platform: Platform,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<Integration> {
    return commands.getIntegration(userId, platform);
  }

  @FieldResolver(() => SyncRunType, { nullable: true, description: 'The run under way, if there is one.' })
  currentRun(
    @Root() { platform }: Integration,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<SyncRun | null> {
    return commands.findCurrentRun(userId, platform);
  }

  @FieldResolver(() => Int, { description: 'Contacts linked to this platform.' })
  contactCount(@Root() { platform }: Integration, @Ctx() { commands, userId }: ApiContext): Promise<number> {
    return commands.countIntegrationContacts(userId, platform);
  }

  @FieldResolver(() => RateBudgetType, {
    description: "What is left of the CRM's API allowance, and what it holds back.",
  })
  rateBudget(
    @Root() { platform }: Integration,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<RateBudget> {
    return commands.readRateBudget(userId, platform);
  }

  @Subscription(() => IntegrationType, {
    description: 'A connection changed: connected, refreshed, needs reauthorization, disconnected.',
    subscribe: ({ context: { commands, userId } }: SubscribeResolverData<unknown, object, ApiContext>) =>
      commands.watchIntegrations(userId),
  })
  integrationChanged(@Root() integration: Integration): Integration {
    return integration;
  }
}
