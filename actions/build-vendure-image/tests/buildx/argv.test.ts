import { expect, test } from '@jest/globals';
import { buildArgv, type Argv } from '../../src/buildx/argv.ts';
import { imageLabels, REVISION_LABEL } from '../../src/buildx/index.ts';
import { digestOfMetadata } from '../../src/buildx/metadata.ts';

const sha = 'a'.repeat(40);
const digest = `sha256:${'1'.repeat(64)}`;
const given: Argv = {
  reference: 'registry.fly.io/shop-production:production-1', dockerfile: 'apps/server/Dockerfile', context: '.', platform: 'linux/amd64', provenance: 'false', metadataFile: '/tmp/m.json',
  labels: imageLabels({ sha, source: 'https://github.com/example/shop', tag: 'production-1', created: '2026-01-01T00:00:00.000Z' }),
  buildArguments: { DEPLOY_SHA: sha }, secretVariables: { npm: 'BUILD_SECRET_1' }, cache: { from: [{ name: 'gha', value: 'type=gha,scope=s' }], to: [{ name: 'local', value: 'type=local,dest=/cache' }] },
};

test('the whole command line, in its order: labels after everything, the context last', () => {
  expect(buildArgv(given)).toEqual([
    'buildx', 'build', '--progress=plain', '--file', 'apps/server/Dockerfile', '--platform', 'linux/amd64', '--provenance=false', '--sbom=false',
    '--tag', 'registry.fly.io/shop-production:production-1', '--metadata-file', '/tmp/m.json', '--push',
    '--cache-from', 'type=gha,scope=s', '--cache-to', 'type=local,dest=/cache',
    '--secret', 'id=npm,env=BUILD_SECRET_1',
    '--build-arg', `DEPLOY_SHA=${sha}`,
    '--label', 'org.opencontainers.image.source=https://github.com/example/shop',
    '--label', 'org.opencontainers.image.version=production-1',
    '--label', 'org.opencontainers.image.created=2026-01-01T00:00:00.000Z',
    '--label', `${REVISION_LABEL}=${sha}`,
    '.',
  ]);
});

test.each([[`{"containerimage.digest":"${digest}"}`, digest], ['{}', null], ['', null], ['{"containerimage.digest":"x"}', null]])('metadata %s → %s', (text, expected) => expect(digestOfMetadata(text)).toBe(expected));
