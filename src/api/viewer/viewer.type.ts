import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType('Viewer', { simpleResolvers: true, description: 'The user who is asking.' })
export class ViewerType {
  @Field(() => ID, { description: 'The id under which this service knows the user.' })
  readonly userId!: string;
}
