import {
  type ASTNode,
  coerceInputValue,
  type GraphQLError,
  type GraphQLSchema,
  isInputType,
  Kind,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';

/**
 * The input field behind one of GraphQL's own errors: `email` for a wrong `input.email`. Found in the
 * document or by coercing the variable once more, for the error tells it in its text only.
 */
export function findFieldAtFault(
  schema: GraphQLSchema,
  error: GraphQLError,
  variables: unknown,
): string | undefined {
  const node = error.nodes?.[0];
  if (!node) return undefined;
  if (node.kind === Kind.VARIABLE_DEFINITION) return findInVariable(schema, node, variables);
  return findInDocument(node);
}

function findInVariable(
  schema: GraphQLSchema,
  { variable, type: typeNode }: VariableDefinitionNode,
  variables: unknown,
): string | undefined {
  const name = variable.name.value;
  const type = typeFromAST(schema, typeNode as never);
  const value = (variables as Record<string, unknown> | undefined)?.[name];
  if (!isInputType(type) || value === undefined || value === null) return name;
  const fields: string[] = [];
  coerceInputValue(value, type, (path) => {
    fields.push(path.filter((step) => typeof step === 'string').join('.'));
  });
  return fields[0] || name;
}

/** A value stands behind `name:`; the parser keeps the tokens before it at hand. */
function findInDocument(node: ASTNode): string | undefined {
  if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) return node.name.value;
  const colon = node.kind.endsWith('Value') ? node.loc?.startToken.prev : null;
  return colon?.kind === ':' ? colon.prev?.value : undefined;
}
