import { describe, expect, jest, test } from '@jest/globals';
import { type ActionRun, startAction } from '../src/index.ts';
import { actions, type Subject } from './stage/actions.ts';
import { CONFIG_FILE, shopConfig } from './stage/config.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openSilence } from './stage/silence.ts';

jest.setTimeout(60_000);

const configured = actions.filter(({ metadata }) => metadata.inputs['config'] !== undefined).map((subject) => [subject.name, subject] as const);

/** A line of the configuration, what it is made into, and what is said of it. */
type Fault = readonly [line: string, broken: string, sentence: string];

const FAULTS: readonly Fault[] = [
  ['sla-seconds: 900', 'sla-second: 900', '4:5: unknown key environments.production.sla-second. Did you mean sla-seconds?'],
  ['health-path: /', 'helth-path: /', '15:9: unknown key environments.production.surfaces.vendure.helth-path. Did you mean health-path?'],
  ['default-branch-only: true', 'default-branch-only: maybe', '5:26: environments.production.default-branch-only is not allowed: '],
  ['apps/server/fly.toml', '../fly.toml', '9:21: environments.production.surfaces.vendure.fly-config is not allowed: '],
  ['tools:', 'colour: blue\ntools:', '42:1: unknown key colour. Known here: schema-version, environments, tools.'],
  ['wrangler: {', 'wrangler: { colour: blue,', '45:15: unknown key tools.wrangler.colour. Known here: range.'],
];

const NO_YAML: readonly Fault[] = [
  ['[app, worker]', '[app, worker', '14:'],
  ['context: .', 'context: .\n        context: /', '13:9: '],
];

describe.each(configured)('%s', (_, subject) => {
  test.concurrent('every broken key of the configuration is named with its line, and with the nearest known key', async () => {
    const text = FAULTS.reduce((soFar, [line, broken]) => soFar.replace(line, broken), shopConfig());
    const run = await startedWith(subject, { files: { [CONFIG_FILE]: text }, reasonCode: 'invalid-config' });
    const [annotation = '', ...others] = annotations(run);
    expect(others).toEqual([]);
    expect(annotation.startsWith(`${subject.name}: ${CONFIG_FILE}:`)).toBe(true);
    const said = annotation.replace(`${subject.name}: `, '').split('\n');
    expect(said).toEqual(expect.arrayContaining(FAULTS.map(([, , sentence]) => expect.stringContaining(`${CONFIG_FILE}:${sentence}`))));
  });

  test.concurrent.each(NO_YAML)('a configuration that is no YAML is refused at its line (%s)', async (line, broken, sentence) => {
    const run = await startedWith(subject, { files: { [CONFIG_FILE]: shopConfig().replace(line, broken) }, reasonCode: 'invalid-config' });
    expect(annotations(run)).toEqual([expect.stringContaining(`${subject.name}: ${CONFIG_FILE}:${sentence}`)]);
  });

  test.concurrent('a configuration that is not there is missed by name', async () => {
    const run = await startedWith(subject, { files: {}, inputs: { config: 'deploy/shop.yml' }, reasonCode: 'invalid-config' });
    expect(annotations(run)).toEqual([`${subject.name}: The deploy configuration deploy/shop.yml cannot be read. Create it, or name another file with the input \`config\`.`]);
  });

  test.concurrent('an environment that the configuration does not have is refused with those that it has', async () => {
    const run = await startedWith(subject, { files: { [CONFIG_FILE]: shopConfig() }, inputs: { environment: 'prod' }, reasonCode: 'invalid-input' });
    expect(annotations(run)).toEqual([`${subject.name}: input \`environment\` is "prod". Allowed by the deploy configuration: production.`]);
  });
});

interface Started {
  readonly files: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly reasonCode: string;
}

/** Refused before anybody was asked anything. */
async function startedWith(subject: Subject, { files, inputs = {}, reasonCode }: Started): Promise<ActionRun> {
  await using silence = await openSilence();
  const run = await startAction({ folder: subject.folder, inputs: { ...subject.valid, ...inputs }, environment: silence.environment, files });
  expectEnding(run, subject, { decision: 'failed', reasonCode });
  expect(silence.connections()).toBe(0);
  return run;
}
