/** The floors of the house: a package imports only from floors below its own. */
const FLOORS = {
  domain: 0,
  'nvidia-smi-parser': 1,
  protocol: 1,
  artifacts: 1,
  algorithms: 1,
  sigv4: 1,
  search: 2,
  store: 2,
  queue: 2,
  scheduler: 3,
  agent: 3,
  sagemaker: 4,
  api: 4,
  s3: 4,
  console: 5,
  server: 6,
  cli: 7,
};

const names = Object.keys(FLOORS);

const upwards = names.map((name) => ({
  name: `${name}-imports-only-from-below`,
  comment: `packages/${name} stands on floor ${FLOORS[name]}; move the code down, or turn the dependency into a port.`,
  severity: 'error',
  // Tests and their fixtures stand on real neighbours; what is shipped does not.
  from: { path: `^packages/${name}/src/`, pathNot: '[.](test|fixture)[.]ts$' },
  to: {
    path: `^packages/(${names.filter((other) => other !== name && FLOORS[other] >= FLOORS[name]).join('|')})/`,
  },
}));

module.exports = {
  forbidden: [
    ...upwards,
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one idea, or three.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-core',
      comment:
        'The domain, the search and the scheduler decide; they do not touch files, networks, timers or processes.',
      severity: 'error',
      from: { path: '^packages/(domain|search)/src/', pathNot: '[.](test|fixture)[.]ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'page-runs-in-browsers',
      comment: 'What browsers load imports nothing of Node; only packages/console/src/serve runs on the server.',
      severity: 'error',
      from: { path: '^packages/console/src/', pathNot: '^packages/console/src/serve/|[.]test[.]ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'tests-stay-out',
      comment: 'What is shipped imports no test and no fixture.',
      severity: 'error',
      from: { path: '^packages/', pathNot: '[.](test|fixture)[.]ts$' },
      to: { path: '[.](test|fixture)[.]ts$' },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: { path: '^packages/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    includeOnly: '^packages/[^/]+/src/|node_modules',
    // It cannot read tsx by swc; what those files may import is held by overrides in .biome.json.
    exclude: { path: '/dist/|/generated/|trainers/|[.]tsx$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
