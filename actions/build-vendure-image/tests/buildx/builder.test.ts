import { expect, test } from '@jest/globals';
import { isOlder, readBuilder, versionIn, type Version } from '../../src/buildx/builder.ts';

// Texts as printed by buildx 0.13.1 with docker 26.1.5, and by buildx 0.29 with a container.
const DEBIAN = `Name:   default
Driver: docker

Nodes:
Name:             default
Endpoint:         default
Status:           running
BuildKit version: v0.0.0+unknown
Platforms:        linux/amd64, linux/amd64/v2
`;
const CONTAINER = `Name:          builder-1
Driver:        docker-container
Last Activity: 2026-01-01 00:00:00 +0000 UTC

Nodes:
Name:                  builder-10
Endpoint:              unix:///var/run/docker.sock
Status:                running
BuildKit version:      v0.25.1
`;
const NO_DAEMON = `Name:   default
Driver: 
Error:  Cannot connect to the Docker daemon at unix:///tmp/none.sock. Is the docker daemon running?
`;

test.each([
  ['Debian\'s daemon', DEBIAN, { name: 'default', driver: 'docker', buildkit: [null], error: null }],
  ['a container', CONTAINER, { name: 'builder-1', driver: 'docker-container', buildkit: [[0, 25]], error: null }],
  ['no daemon', NO_DAEMON, { name: 'default', driver: '', buildkit: [], error: 'Cannot connect to the Docker daemon at unix:///tmp/none.sock. Is the docker daemon running?' }],
])('%s', (_name, text, expected) => expect(readBuilder(text)).toEqual(expected));

test.each<[string, Version | null]>([
  ['github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3', [0, 13]],
  ['github.com/docker/buildx v0.29.1 a32761aeb3debd39be1eca514af3693af0db334b', [0, 29]],
  ['v0.0.0+unknown', null],
  ['', null],
])('%s', (text, expected) => expect(versionIn(text)).toEqual(expected));

test.each<[Version, Version, boolean]>([[[0, 13], [0, 21], true], [[0, 21], [0, 21], false], [[1, 0], [0, 21], false]])('%j is older than %j: %s', (a, b, expected) => expect(isOlder(a, b)).toBe(expected));
