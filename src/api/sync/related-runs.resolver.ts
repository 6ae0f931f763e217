import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { SyncRun } from '../../domain/index.js';
import type { ApiContext } from '../context.js';
import { SyncRunType } from './sync-run.type.js';

@Resolver(() => SyncRunType)
export class RelatedRunsResolver {
  @FieldResolver(() => SyncRunType, { nullable: true, description: 'Of an UNDO: the run that it undoes.' })
  async undoes(@Root() run: SyncRun, @Ctx() { loaders }: ApiContext): Promise<SyncRun | null> {
    return run.purpose === 'UNDO' && run.ofRunId ? loaders.run.load(run.ofRunId) : null;
  }

  @FieldResolver(() => SyncRunType, {
    nullable: true,
    description: 'Of a RETRY: the run whose failures it tries again.',
  })
  async retries(@Root() run: SyncRun, @Ctx() { loaders }: ApiContext): Promise<SyncRun | null> {
    return run.purpose === 'RETRY' && run.ofRunId ? loaders.run.load(run.ofRunId) : null;
  }

  @FieldResolver(() => SyncRunType, {
    nullable: true,
    description: 'The newest run that undoes this one; its status says how far it is.',
  })
  undoneBy(@Root() run: SyncRun, @Ctx() { loaders }: ApiContext): Promise<SyncRun | null> {
    return loaders.undoingRun.load(run.id);
  }
}
