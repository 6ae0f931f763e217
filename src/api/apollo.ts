import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { Logger } from '../runtime/index.js';
import type { ApiContext } from './context.js';
import { type Documents, parseOptions, validationRules } from './documents.js';
import type { FormatError } from './errors.js';
import { createScope, requestScopes } from './request-scope.js';

interface ApolloDeps {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly formatError: FormatError;
  readonly log: Logger;
}

/** GraphQL over HTTP. Nothing is reported to anybody, no page is served, a request is one operation. */
export function createApollo({ schema, documents, formatError, log }: ApolloDeps): ApolloServer<ApiContext> {
  return new ApolloServer<ApiContext>({
    schema,
    logger: log,
    nodeEnv: 'production',
    introspection: true,
    csrfPrevention: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions,
    validationRules,
    documentStore: documents.store,
    formatError: (_formatted, error) =>
      formatError(error, requestScopes.getStore() ?? createScope(log, 'unknown')),
    plugins: [
      observeOperations,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

/** Names the operation for the log, and sends subscriptions to the door that can serve them. */
const observeOperations: ApolloServerPlugin<ApiContext> = {
  async requestDidStart({ request }) {
    const scope = requestScopes.getStore();
    if (scope) scope.variables = request.variables;
    return {
      async didResolveOperation({ operation, operationName }) {
        if (scope && operationName) scope.operationName = operationName;
        if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;
        throw new GraphQLError(
          'Subscriptions are served over a WebSocket only: the same address, protocol graphql-transport-ws.',
          { nodes: operation, extensions: { code: 'BAD_REQUEST', http: { status: 400 } } },
        );
      },
    };
  },
};
