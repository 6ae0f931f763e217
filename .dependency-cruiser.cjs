/** The rooms of src/ and who may import whom: the table of docs/architecture.md, checked by `npm test`. */
const ROOMS = {
  domain: [],
  config: [],
  runtime: [],
  connectors: ['domain', 'runtime'],
  store: ['domain', 'runtime'],
  events: ['domain', 'runtime'],
  queue: ['domain', 'runtime'],
  sync: ['connectors', 'store', 'events', 'domain', 'runtime'],
  commands: ['connectors', 'queue', 'store', 'events', 'domain', 'runtime'],
  api: ['commands', 'domain', 'runtime'],
  worker: ['queue', 'sync', 'domain', 'runtime'],
  sandbox: [],
  console: [],
};

/** Libraries that only some rooms may know; `main` as well, because it builds everything. */
const LIBRARIES = [
  { name: 'prisma', library: '@prisma|prisma', rooms: ['store'] },
  { name: 'pg', library: 'pg', rooms: ['store', 'runtime', 'queue'] },
  { name: 'bullmq', library: 'bullmq', rooms: ['queue', 'worker'] },
  { name: 'crm-libraries', library: 'bottleneck|jsforce|openid-client', rooms: ['connectors'] },
  { name: 'files', library: 'csv-parse|csv-stringify|ical\\.js', rooms: ['api'] },
  { name: 'type-graphql', library: 'type-graphql', rooms: ['api'] },
];

const COMPOSITION = ['^src/main\\.ts$', '^src/token\\.ts$', '^src/demo/'];

function createRoomRule([room, allowed]) {
  return {
    name: `${room}-imports`,
    comment: `${room} may import ${allowed.join(', ') || 'no other room'}`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: { path: '^src/', pathNot: [`^src/(${[room, ...allowed].join('|')})/`, '^src/generated/'] },
  };
}

function createLibraryRule({ name, library, rooms }) {
  return {
    name: `library-${name}`,
    comment: `${library} belongs to ${rooms.join(' and ')}`,
    severity: 'error',
    from: { path: '^src/', pathNot: [`^src/(${rooms.join('|')}|generated)/`, ...COMPOSITION] },
    to: { path: `node_modules/(${library})/` },
  };
}

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: { pathNot: '^src/generated/' }, to: { circular: true } },
    {
      name: 'no-unresolved',
      comment: 'an import that nothing answers to',
      severity: 'error',
      // Generated code names packages that consist of types only.
      from: { path: '^src/', pathNot: '^src/(generated|demo/gql)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'enter-by-index',
      comment: 'other rooms are entered through their index.ts',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: [...COMPOSITION, '^src/generated/'] },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '^src/generated/'] },
    },
    {
      name: 'generated-client-in-store-only',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(store|generated)/', ...COMPOSITION] },
      to: { path: '^src/generated/prisma/' },
    },
    {
      name: 'not-from-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|tools)/' },
    },
    ...Object.entries(ROOMS).map(createRoomRule),
    ...LIBRARIES.map(createLibraryRule),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^src/generated/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    // A type is knowledge too: a room may not name another room's types either.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types'],
    },
  },
};
