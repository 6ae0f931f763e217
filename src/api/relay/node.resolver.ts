import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { ApiContext } from '../context.js';
import { type AnyNode, NodeType } from './node.type.js';

@Resolver()
export class NodeResolver {
  @Query(() => NodeType, { nullable: true, description: 'Anything that has an id, by that id.' })
  node(
    @Arg('id', () => ID, { description: 'The id, as any field named id gave it.' }) id: string,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<AnyNode> {
    return commands.findNode(userId, id);
  }
}
