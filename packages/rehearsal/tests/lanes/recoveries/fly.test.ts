import { recoveriesAtOnce } from './recovery.ts';

recoveriesAtOnce([
  { id: 'provider-unwell-in-preflight', faults: ['fly GET /v1/apps/* * 503 {"error":"unavailable"}'] },
  { id: 'registry-unavailable', faults: ['registry GET /v2/**/manifests/** * 500'] },
  { id: 'lock-of-lost-runner', faults: ['github lock held-by-lost-run'] },
  { id: 'lock-unreadable', faults: ['github GET /repos/*/*/git/ref/heads/deploy-lock/* 2- 500'] },
  { id: 'flyctl-unavailable', faults: ['github GET **/flyctl_*.tar.gz * 503'] },
  { id: 'flyctl-lied', faults: ['tool flyctl 1 exit 0 without-effect'] },
  { id: 'not-switched', faults: ['tool flyctl * exit 1 without-effect'] },
  { id: 'image-not-found-by-fly', faults: ['fly graphql * * 503 {"error":"unavailable"}'] },
  { id: 'release-machine-not-made', faults: ['fly POST /v1/apps/*/machines * 500 {"error":"internal server error"}'] },
  { id: 'cancelled', faults: ['run step vendure/deploy 1 SIGINT'] },
]);
