import { again } from '../commands.ts';
import type { KnownFailure } from '../types.ts';

const codes = ['release-command-failed'] as const;

/** The release command: no Machine was touched, the schema may have changed. */
export const RELEASE_COMMAND: readonly KnownFailure[] = [
  {
    id: 'setting-missing', codes, says: /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+) must be '([\w.:/-]+)'/u, cure: 'command',
    cause: { en: 'The release asks for a setting that the app at Fly does not have, and stopped before it began. Stage it (staged, it ships with the next deploy and restarts nothing now), then deploy again.', ja: 'release に必要な設定が Fly の app に無く、開始前に停止した。stage してから（今は何も再起動せず、次の deploy で反映される）再度 deploy する。' },
    commands: (situation, [, name = '', value = '']) => [`flyctl secrets import --stage -a ${situation.app} <<< ${name}=${value}`, again(situation)],
  },
  {
    id: 'secret-missing', codes, says: /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+ (?:must be set|is (?:required|missing|not set|undefined))|(?:missing|required) (?:environment variable|secret|setting)s?:? /iu, cure: 'person',
    cause: { en: 'The release asks for a secret that the app at Fly does not have, and stopped before it began. Put it where the configuration takes the secrets from, then deploy again; a bare `fly secrets set` would restart every Machine.', ja: 'release に必要な secret が Fly の app に無く、開始前に停止した。設定の取得元に登録してから再度 deploy する（素の fly secrets set は全 Machine を再起動させる）。' },
    commands: (situation) => [`gh secret set FLY_SECRETS --env ${situation.environment}`, again(situation)],
  },
  {
    id: 'runtime-drift', codes, says: /runtime drift detected|schema ?drift/iu, cure: 'person',
    cause: { en: 'The code has an entity or a custom field that no migration makes, and the release stopped for it. Write the missing migration, commit it and deploy that commit.', ja: 'コードに追加された entity / custom field に対応する migration が無く、release が停止した。migration を作って commit し、それを deploy する。' },
    commands: (situation) => [`git log --oneline -5 ${situation.sha === '' ? 'HEAD' : situation.sha}`],
  },
  {
    id: 'database-unreachable', codes, says: /ECONNREFUSED|ENOTFOUND|ETIMEDOUT|could not connect to server|the database system is (?:starting up|shutting down)|Connection terminated unexpectedly|too many (?:connections|clients)|remaining connection slots/iu, cure: 'person',
    cause: { en: 'The release command did not reach the database, or was not let in for too many connections. Nothing of the schema was changed by it; once the database answers, the same again goes through.', ja: 'release command がデータベースに接続できなかった（または接続数超過）。schema は変更されていない。応答が戻れば再実行で通る。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'migration-waited-for-lock', codes, says: /canceling statement due to (?:lock|statement) timeout|deadlock detected|could not obtain lock on|lock timeout/iu, cure: 'person',
    cause: { en: 'A migration waited for a lock of a table that the running shop held, and gave up; PostgreSQL took it back whole. At a quieter moment the same again goes through.', ja: '稼働中の shop が保持する table lock を migration が待ち、諦めた。PostgreSQL が全て巻き戻している。負荷の低い時に再実行すれば通る。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'migration-half-applied', codes, says: /(?:relation|column|constraint|type|index) "[^"]*"(?: of relation "[^"]*")? already exists|\b42P07\b|\b42701\b|duplicate_(?:table|column)/iu, cure: 'person',
    cause: { en: 'A migration makes what is there already: an earlier try was not taken back, or somebody made it by hand. Compare the table of migrations with the schema before anything else.', ja: 'migration が作ろうとするものが既にある（以前の試行が巻き戻っていない、または手作業で作られた）。まず migrations table と schema を突き合わせる。' },
    commands: (situation) => [`flyctl ssh console -a ${situation.app}`],
  },
  {
    id: 'migration-met-data', codes, says: /contains null values|violates (?:not-null|unique|foreign key|check) constraint|could not create unique index|\b23\d{3}\b/iu, cure: 'person',
    cause: { en: 'A migration met rows that its new constraint does not allow. Mend the rows or the migration; the running release goes on as before.', ja: 'migration の新しい制約に反する行が存在した。データか migration を直す。稼働中の release はそのまま動いている。' },
    commands: (situation) => [`flyctl logs -a ${situation.app} --no-tail`],
  },
  {
    id: 'migration-faulty', codes, says: /(?:relation|column|table|type|function|constraint) "[^"]*"(?: of relation "[^"]*")? does not exist|syntax error at or near|\b42P01\b|\b42703\b|\b42601\b/iu, cure: 'person',
    cause: { en: 'A migration names something that the database does not have, or is no SQL that PostgreSQL takes. The migrations before it may be applied; mend it, commit it and deploy that commit.', ja: 'migration がデータベースに無いものを参照しているか、PostgreSQL が受け付けない SQL である。それより前の migration は適用済みの可能性がある。直して commit し、それを deploy する。' },
    commands: (situation) => [`git log --oneline -5 ${situation.sha === '' ? 'HEAD' : situation.sha}`],
  },
  {
    id: 'release-command-timed-out', codes, says: /timeout reached waiting for machine's state to change|error waiting for release_command machine/iu, cure: 'person',
    cause: { en: "The release command did not end in flyctl's time, and may still have been at work when flyctl gave up. Look whether its migration is applied before the next try.", ja: 'release command が flyctl の制限時間内に終わらなかった。flyctl が諦めた後も動いていた可能性があり、再実行前に migration の適用状況を確認する。' },
    commands: (situation) => [`script/status ${situation.environment}`, `flyctl machine list -a ${situation.app}`],
  },
  {
    id: 'release-machine-not-made', codes, says: /error (?:creating a|running) release_command machine/iu, cure: 'command',
    cause: { en: 'Fly did not make the Machine that runs the release command. Nothing of the schema was changed; the same again asks once more.', ja: 'release command 用の Machine を Fly が作成できなかった。schema は変更されていない。再実行でもう一度要求する。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'release-command-failed', codes, cure: 'person',
    cause: { en: 'The release command failed, and no Machine was touched. The schema may have changed: its own words are in the log.', ja: 'release command が失敗した。Machine には触れていない。schema は変わった可能性があり、詳細は log にある。' },
    commands: (situation) => [`script/status ${situation.environment}`, `flyctl logs -a ${situation.app} --no-tail`],
  },
];
