import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Platform } from '../../domain/index.js';
import type { ApiContext } from '../context.js';
import { PlatformEnum } from '../platform.type.js';
import { ConnectIntegrationInput, UpdateIntegrationSettingsInput } from './integration.input.js';
import { ConnectIntegrationPayloadType, IntegrationPayloadType } from './integration.type.js';

@Resolver()
export class IntegrationChangesResolver {
  @Mutation(() => ConnectIntegrationPayloadType, {
    description:
      "Starts OAuth: send the user's browser to authorizationUrl. It comes back to GET /oauth/{platform}/callback.",
  })
  connectIntegration(
    @Arg('input', () => ConnectIntegrationInput, { description: 'Which CRM.' })
    input: ConnectIntegrationInput,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<ConnectIntegrationPayloadType> {
    return commands.connectIntegration(userId, input);
  }

  @Mutation(() => IntegrationPayloadType, { description: 'Gives the authorisation back and stops syncing.' })
  async disconnectIntegration(
    @Arg('platform', () => PlatformEnum, { description: 'Which CRM.' }) platform: Platform,
    @Arg('deleteContacts', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Whether the contacts that only this CRM holds are deleted here as well.',
    })
    deleteContacts: boolean | null,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<IntegrationPayloadType> {
    const integration = await commands.disconnectIntegration(userId, platform, deleteContacts ?? false);
    return { integration };
  }

  @Mutation(() => IntegrationPayloadType, { description: 'Changes how a platform is synced.' })
  async updateIntegrationSettings(
    @Arg('input', () => UpdateIntegrationSettingsInput, { description: 'The settings to change.' })
    input: UpdateIntegrationSettingsInput,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<IntegrationPayloadType> {
    return { integration: await commands.updateIntegrationSettings(userId, input) };
  }
}
