import { type Check, closingLine, fail, skip, start } from './check.ts';

const SUITE = ['packages/acceptance/tests/fly-deploy-faults/.*\\.lanes'];

/** The tables of faults on the built bundle once more, with a real flyctl in the release archive that the twin serves. At flyctl's own pace: an hour and more. */
export function realFlyctl(path: string | null): Check {
  return {
    name: 'the fly suite with a real flyctl',
    run: async () => {
      if (path === null) return skip('none was given, and no registry has one. With one:  script/conformance fly --tool flyctl=PATH');
      const version = await start(path, ['version']);
      if (version.code !== 0) return fail(`${path} version ended with ${version.code}: ${version.said.trim()}`);
      const { said } = await start('script/test', SUITE, { ...process.env, FLYCTL: path });
      return { ...closingLine(said), said: `${version.output.trim()}\n${said}` };
    },
  };
}
