import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types for the demo's GraphQL documents, from the committed schema: `npx graphql-codegen`. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['src/demo/**/*.ts', '!src/demo/gql/**'],
  ignoreNoDocuments: true,
  importExtension: '.js',
  emitLegacyCommonJSImports: false,
  generates: {
    'src/demo/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // A document is its text: what a socket or a request body takes, without graphql-js at hand.
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: { DateTime: 'string', EmailAddress: 'string', URL: 'string' },
      },
    },
  },
};

export default config;
