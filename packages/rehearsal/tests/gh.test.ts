import { expect, test } from '@jest/globals';
import { refusalOf } from '@vendure-deploy/twin';
import { type GhCommand, readCommandLine } from '../src/gh/command-line.ts';
import { fieldsOf } from '../src/gh/fields.ts';
import { GhRefusal } from '../src/gh/refusal.ts';

const WORKFLOW = `
on:
  workflow_dispatch:
    inputs:
      environment: { type: choice, options: [staging, production], required: true }
      reason: { type: string, default: "" }
      dry_run: { type: boolean, default: false }
      anything:
`;

test.each<[string, string, Record<string, string>, string | null]>([
  // the workflow                    what is given                                             what GitHub says
  ['all of it',            WORKFLOW, { environment: 'staging', reason: 'why', dry_run: 'true', anything: '' }, null],
  ['the least of it',      WORKFLOW, { environment: 'production' },                                   null],
  ['an unknown input',     WORKFLOW, { environment: 'staging', why: 'x', who: 'y' },                  'Unexpected inputs provided: ["why","who"]'],
  ['a required one left out', WORKFLOW, { reason: 'x' },                                              "Required input 'environment' not provided"],
  ['a choice that is none', WORKFLOW, { environment: 'prod' },                                        "Provided value 'prod' for input 'environment' not in the list of allowed values"],
  ['a boolean that is none', WORKFLOW, { environment: 'staging', dry_run: 'yes' },                    "Provided value 'yes' for input 'dry_run' not in the list of allowed values"],
  ['no inputs at all',     'on: { workflow_dispatch: }', {},                                          null],
  ['one of several triggers', 'on: [push, workflow_dispatch]', {},                                    null],
  ['an input without any', 'on: workflow_dispatch', { ref: 'main' },                                  'Unexpected inputs provided: ["ref"]'],
  ['another trigger',      'on: { push: { branches: [main] } }', {},                                  "Workflow does not have 'workflow_dispatch' trigger"],
  ['another trigger, in short', 'on: push', {},                                                       "Workflow does not have 'workflow_dispatch' trigger"],
])('a dispatch with %s', (_, file, given, said) => {
  expect(refusalOf(file, given)).toBe(said);
});

test.each<[string, GhCommand]>([
  ['workflow run deploy.yml', { name: 'workflow run', workflow: 'deploy.yml', ref: null, raw: [], magic: [] }],
  ['workflow run deploy.yml --ref develop -f a=1 -f b=2=3 -F c=@x -R example/shop', { name: 'workflow run', workflow: 'deploy.yml', ref: 'develop', raw: ['a=1', 'b=2=3'], magic: ['c=@x'] }],
  ['workflow run --raw-field a=1 deploy.yml -r v1', { name: 'workflow run', workflow: 'deploy.yml', ref: 'v1', raw: ['a=1'], magic: [] }],
  ['run rerun 7 --failed', { name: 'run rerun', id: 7, failed: true }],
  ['run rerun 7', { name: 'run rerun', id: 7, failed: false }],
  ['run watch 7 --exit-status', { name: 'run watch', id: 7, exitStatus: true }],
  ['run view 7 -R example/shop', { name: 'run view', id: 7 }],
  ['secret set NAME --env production', { name: 'secret set', secret: 'NAME', environment: 'production' }],
  ['api --paginate repos/example/shop/actions/caches', { name: 'api', path: 'repos/example/shop/actions/caches', method: null, paginate: true, raw: [], magic: [] }],
  ['api -X DELETE repos/example/shop/actions/caches?key=a', { name: 'api', path: 'repos/example/shop/actions/caches?key=a', method: 'DELETE', paginate: false, raw: [], magic: [] }],
  ['auth token', { name: 'auth token' }],
])('gh %s', (line, command) => {
  expect(readCommandLine(line.split(' '))).toEqual(command);
});

test.each<[string, string]>([
  ['', 'the stand-in gh does not have ""'],
  ['secret list', 'the stand-in gh does not have "secret list"'],
  ['workflow run', 'workflow ID, name, or filename required'],
  ['workflow run deploy.yml --json', 'the stand-in gh does not have the option --json here'],
  ['secret set NAME --body x --env production', 'the stand-in gh does not have the option --body here'],
  ['run rerun', 'run ID required'],
  ['run rerun latest', 'run ID required'],
  ['run view 7 -R example/other', 'HTTP 404: Not Found'],
])('gh %s is refused in one sentence', (line, sentence) => {
  expect(() => readCommandLine(line.split(' ').filter((word) => word !== ''))).toThrow(GhRefusal);
  expect(() => readCommandLine(line.split(' ').filter((word) => word !== ''))).toThrow(sentence);
});

test('fields: the later of two wins, a value keeps its own equals signs, one without any is refused', async () => {
  expect(await fieldsOf({ raw: ['a=1', 'a=2', 'b=c=d', 'e='], magic: ['f=@/dev/null', 'g=7'] })).toEqual({ a: '2', b: 'c=d', e: '', f: '', g: '7' });
  await expect(fieldsOf({ raw: ['a'], magic: [] })).rejects.toThrow('field "a" requires a value separated by an \'=\' sign');
  await expect(fieldsOf({ raw: [], magic: ['a=@/nowhere'] })).rejects.toThrow('open /nowhere: no such file or directory');
});
