import { again, dispatch } from '../commands.ts';
import { staleOutput } from '../stale-output.ts';
import type { KnownFailure } from '../types.ts';

function builtModuleMissing(lines: readonly string[]): readonly string[] | null {
  const found = staleOutput(lines.join('\n'));
  return found === null ? null : [found.module];
}

/** The Workers' builds, and built packages. */
export const BUILD: readonly KnownFailure[] = [
  {
    id: 'stale-build-output', codes: ['build-failed', 'schema-drift', 'image-build-failed', 'release-command-failed'], cure: 'command', heals: 'a Worker is built once more without the cache of Nx',
    says: { shown: 'a built module of the workspace that a tool calls missing (Node, TypeScript, esbuild, Rollup, Vite, webpack)', find: builtModuleMissing },
    cause: { en: 'A built file of a package of the workspace is missing: Nx took an older output from its cache for a fresh one, and did not build. Delete the rotten entry from the cache, and the next build makes the right output.', ja: 'workspace の package の build 済みファイルが無い。nx が cache の古い出力を最新と判断し、build を実行しなかった。汚染された cache を削除すれば、次の build で正しい出力が作られる。' },
    commands: (situation) => [dispatch('nx-cache-bust.yml', [`run_id=${situation.runId}`, 'dry_run=false']), again(situation)],
  },
  {
    id: 'plugin-output-stale', codes: ['plugin-output-stale'], cure: 'person', heals: "the configured `commands.repair` are run once, and the check is made again",
    cause: { en: "The built output of a package is not that of its sources, and the configured repair did not mend it. A rotten entry of Nx's cache comes back until it is deleted.", ja: 'package の build 出力が source と一致せず、設定された修復でも直らなかった。nx cache の汚染された entry は削除するまで復元され続ける。' },
    commands: (situation) => [dispatch('nx-cache-bust.yml', ['pattern=nx-ref', 'dry_run=false']), again(situation)],
  },
  {
    id: 'worker-build-failed', codes: ['build-failed'], cure: 'person',
    cause: { en: "The shop's own install or build command failed on a clean checkout of the commit; nothing was switched. Its own last lines say why.", ja: 'commit のクリーンな checkout で shop の install / build が失敗した。何も切り替わっていない。原因はその log の末尾にある。' },
    commands: (situation) => [`gh run view ${situation.runId} --log-failed`],
  },
  {
    id: 'checkout-not-clean', codes: ['checkout-mismatch'], cure: 'person',
    cause: { en: 'The working tree is not the clean checkout of the commit, so what would be built is not what is deployed. Give the job a checkout of its own, without steps that change files before the build.', ja: '作業ツリーが commit のクリーンな checkout ではないため、build されるものが deploy 対象と一致しない。build 前にファイルを変更する step を外す。' },
    commands: (situation) => [`gh run view ${situation.runId} --log-failed`],
  },
  {
    id: 'wrangler-unavailable', codes: ['tool-unavailable'], phases: ['dashboard', 'storefront', 'dashboard-build', 'storefront-build'], cure: 'person',
    cause: { en: 'A tool that the Worker needs could not be installed or started: mostly the package registry did not answer. Nothing was uploaded.', ja: 'Worker に必要なツールを install / 起動できなかった。多くは package registry の無応答。何もアップロードされていない。' },
    commands: (situation) => [again(situation)],
  },
];
