import { eachFault, VENDURE_ONLY } from './faults.ts';

const args = VENDURE_ONLY;

eachFault([
  ["Fly makes the release command's Machine and says 503", { fault: 'fly POST /v1/apps/*/machines 1 503 after-commit', args, verdict: 'deployed', serves: { vendure: 'new' } }],
  ['Fly uncordons a green Machine and says 503', { fault: 'fly POST /v1/apps/*/machines/*/uncordon 1 503 after-commit', args, verdict: 'deployed', serves: { vendure: 'new' } }],
  ['a check of a green Machine never passes', { fault: 'fly machine app/3 * never-healthy', args, verdict: 'failed-before-switch', serves: { vendure: 'old' } }],
  ['flyctl says 1 and has deployed', { fault: 'tool flyctl 1 exit 1 with-effect', args, verdict: 'deployed', serves: { vendure: 'new' } }],
  ['flyctl is killed before it switches', { fault: 'tool flyctl 1 killed-after 10s', args, verdict: 'failed-before-switch', serves: { vendure: 'old' } }],
  ['a Machine is being updated by somebody else at that moment', { fault: 'fly POST /v1/apps/*/machines/* 1 409 {"error":"aborted: machine is replacing: concurrent update in progress"}', args: [...args, '-f', 'strategy=rolling'], verdict: 'deployed', serves: { vendure: 'new' } }],
  ['Fly takes an update and goes back to the old image', { fault: 'fly machine app/1 1 reverts', args: [...args, '-f', 'strategy=rolling'], verdict: 'failed-after-switch', serves: { vendure: 'mixed' } }],
  ['the token is revoked half way', { fault: 'fly POST /v1/apps/*/machines 3- 401', args, verdict: 'failed-before-switch', serves: { vendure: 'old' } }],
  ['the old version goes on answering for a while', { fault: 'shop GET /version 4- body {"sha":"<previous>"} for 40s', args, verdict: 'deployed', serves: { vendure: 'new' } }],
]);
