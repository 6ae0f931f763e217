import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import type { ApiContext } from '../context.js';
import { toConnection } from '../relay/connection.js';
import { PossibleDuplicateConnectionType } from './possible-duplicate.type.js';

@Resolver()
export class PossibleDuplicatesResolver {
  @Query(() => PossibleDuplicateConnectionType, {
    description:
      'Pairs of contacts that may be one person, the likeliest first. Nothing is merged without being asked.',
  })
  async possibleDuplicates(
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: 50,
      description: 'How many, from the front; 100 at most.',
    })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Only what follows this cursor.' })
    after: string | null | undefined,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<PossibleDuplicateConnectionType> {
    const found = await commands.listPossibleDuplicates(userId, { first, after });
    return { ...toConnection(found), totalCount: found.total };
  }
}
