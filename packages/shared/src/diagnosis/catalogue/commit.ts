import { again, againFrom } from '../commands.ts';
import type { KnownFailure } from '../types.ts';

/** What was asked for is no commit, or one that may not be deployed so. */
export const COMMIT: readonly KnownFailure[] = [
  {
    id: 'ref-typed-as-assignment', codes: ['invalid-input'], phases: ['preflight'], says: /input `ref` is .*Type only the branch, tag or SHA: (\S+)/iu, cure: 'command',
    cause: { en: 'The ref was typed with its name before it, as ref=develop, and git has no branch that is called so. Nothing was written.', ja: 'ref が ref=develop のように名前付きで渡され、その名前の branch は存在しない。何も書き込まれていない。' },
    commands: (situation, [, ref = '']) => [againFrom(situation, ref)],
  },
  {
    id: 'ref-not-pushed', codes: ['ref-not-found'], cure: 'person',
    cause: { en: 'The repository at GitHub has no branch, tag or commit of that name. Push it, or correct the name.', ja: 'GitHub のリポジトリにその名前の branch / tag / commit が無い。push するか、名前を直す。' },
    commands: () => ['git push origin HEAD'],
  },
  {
    id: 'commit-not-on-default-branch', codes: ['commit-not-allowed'], checks: ['default-branch'], cure: 'command',
    cause: { en: 'Production takes only what is on the default branch, and this commit is not on it. Merge it, or say that it is meant.', ja: 'production は既定 branch に含まれる commit だけを受け付け、この commit は含まれていない。merge するか、意図したものだと明示する。' },
    commands: (situation) => [again(situation, 'allow_non_main=true')],
  },
  {
    id: 'commit-older-than-serving', codes: ['commit-not-allowed'], checks: ['not-older-vendure', 'not-older-dashboard', 'not-older-storefront'], cure: 'command',
    cause: { en: 'A newer commit serves, and this one would take it back. The schema of the database does not go back with it.', ja: 'より新しい commit が稼働中で、この commit では後退になる。データベースの schema は元に戻らない。' },
    commands: (situation) => [again(situation, 'allow_older=true')],
  },
  {
    id: 'migration-pending', codes: ['commit-not-allowed'], checks: ['pending-migrations'], cure: 'command',
    cause: { en: 'The commit brings a migration, and this lane was not told that one may run. Read what it does in the summary of preflight first.', ja: 'この commit には migration が含まれ、実行が許可されていない。まず preflight の summary で内容を確認する。' },
    commands: (situation) => [again(situation, 'allow_pending_migration=true')],
  },
  {
    id: 'migration-breaks-running-release', codes: ['migration-breaks-release'], cure: 'person',
    cause: { en: 'A migration would break the release that serves while both run, and the scan was strict. Expand first and contract in a later release, or run without strict and take the risk knowingly.', ja: 'migration が新旧並走中の稼働 release を壊し、scan は strict だった。expand / contract に分けるか、危険を承知で strict を外す。' },
    commands: (situation) => [again({ ...situation, options: situation.options.filter((option) => !option.startsWith('migration_scan_strict=')) }, 'strategy=canary')],
  },
  {
    id: 'schema-drift', codes: ['schema-drift'], cure: 'person',
    cause: { en: "The shop's own audit says that the database has not the schema which the commit expects: most often a migration is missing. Write it, commit it and deploy that commit.", ja: 'データベースの schema が commit の期待と違うと shop の audit が報告した。多くは migration の作成漏れ。migration を作って commit し、それを deploy する。' },
    commands: (situation) => [`git log --oneline -5 ${situation.sha === '' ? 'HEAD' : situation.sha}`],
  },
  {
    id: 'config-fault', codes: ['invalid-config'], cure: 'person',
    cause: { en: 'The deploy configuration has a fault, or names something that the workspace does not have. The message above names file, line and key; nothing was written.', ja: 'deploy 設定に誤りがあるか、workspace に無いものを指している。上のメッセージに file・行・key がある。何も書き込まれていない。' },
    commands: (situation) => [`git show ${situation.sha === '' ? 'HEAD' : situation.sha}:.github/deploy.config.yml`],
  },
  {
    id: 'input-not-allowed', codes: ['invalid-input'], cure: 'person',
    cause: { en: 'An input has a value that is not allowed; the message above says which are. Nothing was written.', ja: '入力値が許可されたものではない。許可される値は上のメッセージにある。何も書き込まれていない。' },
    commands: (situation) => [`gh workflow view ${situation.workflow}`],
  },
];
