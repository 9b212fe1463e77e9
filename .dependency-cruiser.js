// Import directions (docs/architecture.md): actions → shared, migration-scan; rehearsal → runner, twin; laptop → runner, shared; init → shared; runner and twin stand alone.
const forbid = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } });

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    forbid('packages-import-no-action', '^packages/[^/]+/src/', '^actions/'),
    forbid('shared-stands-alone', '^packages/shared/src/', '^packages/(?!shared/)'),
    forbid('migration-scan-stands-alone', '^packages/migration-scan/src/', '^packages/(?!migration-scan/)'),
    forbid('twin-stands-alone', '^packages/twin/src/', '^packages/(?!twin/)'),
    forbid('runner-stands-alone', '^packages/runner/src/', '^packages/(?!runner/)'),
    forbid('rehearsal-starts-bundles-only', '^packages/rehearsal/src/', '^packages/(shared|acceptance)/'),
    forbid('workflows-reads-with-the-runner-only', '^packages/workflows/src/', '^packages/(?!workflows/|runner/)'),
    forbid('nobody-imports-the-laptop', '^(actions|packages/(?!laptop/)[^/]+)/src/', '^packages/laptop/'),
    forbid('the-laptop-knows-of-no-rehearsal', '^packages/laptop/src/', '^packages/(?!(?:laptop|runner|shared)/)'),
    forbid('nobody-imports-init', '^(actions|packages/(?!init/)[^/]+)/src/', '^packages/init/'),
    forbid('init-imports-the-kernel-only', '^packages/init/src/', '^packages/(?!(?:init|shared)/)'),
    forbid('nobody-imports-status', '^(actions|packages/(?!status/)[^/]+)/src/', '^packages/status/'),
    { name: 'actions-import-shared-and-the-scan-only', severity: 'error', from: { path: '^actions/([^/]+)/src/' }, to: { path: '^(packages/(?!shared/|migration-scan/)|actions/)', pathNot: '^actions/$1/' } },
    { name: 'only-the-kernel-touches-the-toolkit', severity: 'error', from: { path: '^(actions/[^/]+/src|packages/shared/src/(?!action/))' }, to: { path: 'node_modules/@actions/core' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|build)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['@vendure-deploy/source', 'import', 'node', 'default'], extensions: ['.ts', '.js', '.json'] },
  },
};
