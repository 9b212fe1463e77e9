import { again, dispatchCommit } from '../commands.ts';
import type { KnownFailure, Situation } from '../types.ts';

const BUILDS = ['image'] as const;

/** The image: found, copied, built, pushed. Nothing of this switches anything. */
export const IMAGE: readonly KnownFailure[] = [
  {
    id: 'registry-app-not-found', codes: ['app-not-found', 'image-push-failed'], says: /app repository not found|Fly has no app "([^"]*)"/iu, cure: 'person', heals: 'the push is tried again, by default twice',
    cause: { en: "Fly's registry knows no repository of that name for this token: mostly its login failed for a moment, else the app does not exist or the token is of another one. Pushes are tried again by themselves; when it stays, look whether the token sees the app.", ja: 'Fly registry がこの token に対して repository を返さない。多くは一時的な認証の不調で、それ以外は app が無いか token が別 app のもの。push は自動で再試行される。続く場合は token から app が見えるか確認する。' },
    commands: (situation) => [`flyctl apps list | grep ${situation.app}`, again(situation)],
  },
  {
    id: 'registry-unavailable', codes: ['registry-unavailable', 'image-unproven', 'image-copy-failed'], phases: BUILDS, cure: 'command', heals: 'reads are tried again within `registry-timeout-seconds`',
    cause: { en: 'The registry did not answer, or not so that it proves anything. Nothing was switched, and an image that is there already is used again.', ja: 'registry が応答しない、または証明になる応答をしない。何も切り替わっておらず、既にある image は再利用される。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'image-push-failed', codes: ['image-push-failed'], cure: 'command', heals: 'the push is tried again, by default twice',
    cause: { en: 'The image was built, and the registry did not take it in any of the attempts. What was built is in the cache, so that the next run is faster.', ja: 'image は build できたが、どの試行でも registry が受け付けなかった。build 結果は cache にあり、次の run は速い。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'lockfile-outdated', codes: ['image-build-failed', 'build-failed'], says: /ERR_PNPM_OUTDATED_LOCKFILE|lockfile .* is not up to date|npm error .*package-lock\.json.* (?:in sync|out of sync)|Your lockfile needs to be updated/iu, cure: 'person',
    cause: { en: 'A package.json and the lockfile of the commit do not say the same. Install, commit the lockfile and deploy that commit.', ja: 'commit の package.json と lockfile が一致しない。install して lockfile を commit し、それを deploy する。' },
    commands: () => ['pnpm install --lockfile-only && git add pnpm-lock.yaml && git commit -m "Bring the lockfile up to date"'],
  },
  {
    id: 'build-out-of-memory', codes: 'any', says: /JavaScript heap out of memory|exit code: 137|Killed process \d+|signal SIGKILL|ELIFECYCLE.*137/iu, cure: 'person',
    cause: { en: 'A process was ended because memory ran out. Give the build a larger runner, or less to do at once.', ja: 'メモリ不足でプロセスが終了された。より大きな runner を使うか、同時に行う処理を減らす。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'disk-full', codes: 'any', says: /no space left on device|ENOSPC|the disk (?:of this machine )?is full/iu, cure: 'person',
    cause: { en: 'The disk of the machine that built was full. A hosted runner begins with an empty one each time; on a machine of your own free some first.', ja: 'build したマシンのディスクが満杯。hosted runner なら毎回空から始まる。自前のマシンでは先に空きを作る。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'image-not-prebuilt', codes: ['not-prebuilt'], cure: 'command',
    cause: { en: 'The registry has no image of the commit, and this lane builds none. Deploy the commit to the environment that builds first; its image is then copied.', ja: 'registry にこの commit の image が無く、この lane は build しない。先に build する環境へ deploy すれば、その image が複製される。' },
    commands: (situation) => [buildElsewhere(situation), again({ ...situation, options: situation.options.filter((option) => !option.startsWith('image=')) })],
  },
  {
    id: 'image-of-another-commit', codes: ['image-label-mismatch', 'image-conflict'], cure: 'person',
    cause: { en: 'The tag is taken by an image that says it was built from another commit, or has other bytes than the one to be copied. Nothing was written over; find out who pushed it, then remove the tag.', ja: 'その tag は別の commit から作られた image、または複製元と異なる内容の image に使われている。上書きしていない。誰が push したかを調べ、tag を削除する。' },
    commands: (situation) => [`gh run list --workflow ${situation.workflow} --limit 5`],
  },
  {
    id: 'image-incomplete', codes: ['image-unusable', 'image-label-mismatch'], says: /exists, but (?!its label)/iu, cure: 'person',
    cause: { en: 'The tag exists, and a part of its image is missing or it is none that can run. Remove that tag from the registry, so that it is built anew.', ja: 'tag はあるが image の一部が欠けているか、実行できない image である。tag を registry から削除すれば作り直される。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'image-build-failed', codes: ['image-build-failed'], cure: 'person',
    cause: { en: "The image could not be built from the commit; the registry has none of it. docker's own log, which the run keeps as an artifact, says at which line of the Dockerfile.", ja: 'commit から image を build できず、registry にも無い。run の artifact にある docker の log に Dockerfile の何行目かが記録されている。' },
    commands: (situation) => [`gh run download ${situation.runId} --pattern 'vendure-image-build-*'`],
  },
];

/** The other environment's own deploy makes the image; what this lane allows of migrations, that one has to allow as well. */
function buildElsewhere(situation: Situation): string {
  const migrations = situation.options.includes('allow_pending_migration=false') ? [] : ['allow_pending_migration=true'];
  return dispatchCommit(situation, `deploy-${situation.promoteFrom === '' ? 'staging' : situation.promoteFrom}.yml`, ['dashboard=false', 'storefront=false', ...migrations]);
}
