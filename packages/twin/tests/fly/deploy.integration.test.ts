import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually, NEW, OLD, type Stage, stage, toml } from './stage.ts';

let open: Stage | null = null;
afterEach(async () => {
  await open?.stop();
  open = null;
});

async function deploy(file: string, faults: readonly string[] = [], flags: readonly string[] = []): Promise<{ on: Stage; code: number; said: string }> {
  open = await stage(faults, { speed: 20 });
  const on = open;
  await eventually(async () => (await on.public('/')).text === OLD);
  const config = join(tmpdir(), `fly-${process.pid}-${Math.random().toString(36).slice(2)}.toml`);
  await writeFile(config, file);
  const said = await on.flyctl('deploy', '--app', 'shop', '--config', config, '--image', `registry.fly.io/shop:${NEW.slice(0, 7)}`, '--remote-only', '--yes', ...flags);
  await rm(config);
  return { on, ...said };
}

describe('a deploy through the flyctl stand-in', () => {
  test.each(['rolling', 'bluegreen', 'canary', 'immediate'])('%s: every process group and the public serve the new image', async (strategy) => {
    const { on, code, said } = await deploy(toml(strategy));
    expect(said).toContain('completed successfully');
    expect(code === 0 ? '' : said).toBe('');
    // An immediate deploy ends before its Machines have started.
    await eventually(async () => (await on.public('/')).text === NEW);
    expect(on.fly.truth('shop')).toEqual({ vendure: NEW, groups: { app: NEW, worker: NEW } });
    expect((await on.public('/')).text).toBe(NEW);
  });

  test.each([
    ['a failing release command', toml('bluegreen', 'node broken.cjs'), [], 1, 'aborting deployment'],
    ['flyctl that says 0 and did nothing', toml('bluegreen'), ['tool flyctl 1 exit 0 without-effect'], 0, ''],
  ])('%s leaves the old version serving', async (_, file, faults, exitCode, text) => {
    const { on, code, said } = await deploy(file, faults);
    expect(said).toContain(text);
    expect(code).toBe(exitCode);
    expect(on.fly.truth('shop').vendure).toBe(OLD);
  });

  test('a green that never gets healthy is taken away again, and the old version serves', async () => {
    const { on, code } = await deploy(toml('bluegreen'), ['fly machine app/3 1 never-healthy'], ['--wait-timeout', '60s']);
    expect(code).toBe(1);
    expect(on.fly.truth('shop')).toEqual({ vendure: OLD, groups: { app: OLD, worker: OLD } });
  });
});
