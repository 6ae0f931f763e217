import { Field, InputType } from 'type-graphql';
import type { Platform, SyncDirection, SyncMode } from '../../domain/index.js';
import { PlatformEnum } from '../platform.type.js';
import { SyncDirectionEnum, SyncModeEnum } from './sync.enums.js';

@InputType('StartSyncInput', { description: 'What to sync, and how.' })
export class StartSyncInput {
  @Field(() => PlatformEnum, { description: 'The CRM.' })
  readonly platform!: Platform;

  @Field(() => SyncDirectionEnum, {
    nullable: true,
    defaultValue: 'PULL',
    description: 'Which way changes travel.',
  })
  readonly direction!: SyncDirection | null;

  @Field(() => SyncModeEnum, {
    nullable: true,
    defaultValue: 'INCREMENTAL',
    description: 'How much the run reads.',
  })
  readonly mode!: SyncMode | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether the run only tells what it would change.',
  })
  readonly dryRun!: boolean | null;
}
