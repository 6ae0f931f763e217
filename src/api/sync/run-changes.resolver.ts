import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { SyncRun } from '../../domain/index.js';
import { ContactChangeConnectionType } from '../contact/contact-change.type.js';
import type { ApiContext } from '../context.js';
import { toConnection } from '../relay/connection.js';
import { SyncRunType } from './sync-run.type.js';

@Resolver(() => SyncRunType)
export class RunChangesResolver {
  @FieldResolver(() => ContactChangeConnectionType, {
    description:
      'What the run changed here and in the CRM, in order; on a dry run what it would change. While it waits for approval, what it waits with is among it.',
  })
  async changes(
    @Root() run: SyncRun,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: 'How many; 100 at most.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Only what follows this cursor.' })
    after: string | null | undefined,
    @Ctx() { loaders }: ApiContext,
  ): Promise<ContactChangeConnectionType> {
    return toConnection(await loaders.runChanges.load({ id: run.id, first, after }));
  }
}
