/** Which module may import which (docs/architecture.md). `scripts/lint.mjs` also asserts that every module was seen. */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Types may refer to each other; what runs may not.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'services-never-import-each-other',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'only-the-cli-composes-services',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/cli/' },
      to: { path: '^services/' },
    },
    {
      name: 'core-imports-nothing',
      severity: 'error',
      from: { path: '^packages/core/src/' },
      to: { pathNot: '^packages/core/src/' },
    },
    {
      name: 'runtime-stands-alone',
      severity: 'error',
      from: { path: '^packages/runtime/src/' },
      to: { path: '^(packages|services)/', pathNot: '^packages/runtime/src/' },
    },
    {
      name: 'dialects-config-state-build-on-core-only',
      severity: 'error',
      from: { path: '^packages/(dialects|config|state)/src/' },
      to: { path: '^(packages|services)/', pathNot: ['^packages/$1/src/', '^packages/core/src/'] },
    },
    {
      name: 'only-state-talks-to-redis',
      severity: 'error',
      from: { path: '^(packages|services)/[^/]+/src/', pathNot: '^packages/state/src/' },
      to: { path: '(^|/)ioredis(/|$)' },
    },
    {
      name: 'other-packages-by-name',
      comment: 'Another package is imported by its name, which goes through its exports map.',
      severity: 'error',
      from: { path: '^((?:packages|services)/[^/]+)/' },
      to: { path: '^(packages|services)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'sources-never-import-tests',
      severity: 'error',
      from: { path: '^(packages|services)/[^/]+/src/' },
      to: { path: '/test/' },
    },
    {
      name: 'no-development-dependency-in-sources',
      severity: 'error',
      from: { path: '^(packages|services)/[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '/@types/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/node_modules/.*/node_modules/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
