import { Field, ID, ObjectType } from 'type-graphql';
import type { ContactSource, FieldProvenance } from '../../domain/index.js';
import { ContactSourceEnum } from '../platform.type.js';
import { DateTime } from '../scalars.js';

@ObjectType('FieldProvenance', {
  simpleResolvers: true,
  description: 'Who gave a field the value that it has.',
})
export class FieldProvenanceType implements FieldProvenance {
  @Field(() => String, { description: 'The field of the contact: firstName, email, and so on.' })
  readonly field!: FieldProvenance['field'];

  @Field(() => ContactSourceEnum, { description: 'Who wrote it; API: somebody here.' })
  readonly source!: ContactSource;

  @Field(() => DateTime, { description: 'When it was written: by the clock of the CRM, where that tells.' })
  readonly at!: Date;

  @Field(() => ID, { nullable: true, description: 'The run that brought it; null where none did.' })
  readonly syncRunId!: string | null;
}
