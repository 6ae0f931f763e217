import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';

export { GraphQLDateTime as DateTime };

/**
 * Text under a telling name. Output is lenient, because a CRM may hold an odd address; input is checked
 * by the command, which can name the field at fault.
 */
function createTextScalar(name: string, description: string): GraphQLScalarType<string, string> {
  const read = (value: unknown): string => {
    if (typeof value === 'string') return value;
    throw new GraphQLError(`${name} must be a string.`);
  };
  return new GraphQLScalarType({
    name,
    description,
    serialize: read,
    parseValue: read,
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
  });
}

export const EmailAddress = createTextScalar(
  'EmailAddress',
  'An e-mail address. One that comes from a CRM is shown as the CRM holds it.',
);

export const Url = createTextScalar('URL', 'An absolute web address.');
