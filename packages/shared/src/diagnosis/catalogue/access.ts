import { again } from '../commands.ts';
import type { KnownFailure } from '../types.ts';

/** Credentials: who is asked, and what to renew. A value is never in a command: `gh secret set` asks for it. */
export const ACCESS: readonly KnownFailure[] = [
  {
    id: 'fly-token-refused', codes: ['not-ready'], checks: ['fly-token', 'registry-login', 'redis-fly-token'], cure: 'person',
    cause: { en: 'Fly does not take the token for what this deploy needs: it expired, was revoked, is of another app, or is empty. Make a new one and store it in the environment.', ja: 'Fly の token がこの deploy に必要な権限を満たさない（期限切れ・失効・別 app・空）。新しく作って Environment に登録する。' },
    commands: (situation) => [`fly tokens create deploy -a ${situation.app} --expiry 720h`, `gh secret set FLY_API_TOKEN --env ${situation.environment}`, again(situation)],
  },
  {
    id: 'cloudflare-token-refused', codes: ['not-ready'], checks: ['cloudflare-token'], cure: 'person',
    cause: { en: 'Cloudflare does not take the token for what this deploy needs: it expired, lacks a permission, or is of another account. The message above names what it lacks.', ja: 'Cloudflare の token がこの deploy に必要な権限を満たさない（期限切れ・権限不足・別 account）。不足は上のメッセージにある。' },
    commands: (situation) => [`gh secret set CLOUDFLARE_API_TOKEN --env ${situation.environment}`, again(situation)],
  },
  {
    id: 'github-token-lacks-permission', codes: ['not-ready'], checks: ['github-token'], cure: 'person',
    cause: { en: "The job's GitHub token lacks a permission. The calling workflow has to grant it as well: a called one can only narrow.", ja: 'job の GitHub token に権限が足りない。呼び出し元の workflow でも付与が必要（呼び出し先では狭めることしかできない）。' },
    commands: (situation) => [`gh workflow view ${situation.workflow} --yaml`],
  },
  {
    id: 'aws-login-refused', codes: ['not-ready'], checks: ['aws-login', 'aws-login-credentials'], cure: 'person',
    cause: { en: 'AWS does not let this job or profile in, or knows it as another account. The trust policy has to name this repository and environment.', ja: 'AWS がこの job / profile を受け付けないか、別の account と認識している。trust policy にこのリポジトリと Environment を記載する。' },
    commands: () => ['aws sts get-caller-identity'],
  },
  {
    id: 'fly-token-lost-midway', codes: ['not-switched', 'mixed', 'serves-unproven', 'anchor-unreadable', 'secrets-not-staged', 'not-settled'], phases: ['vendure', 'preflight'], says: /no access token available|\bHTTP 401\b|Error: (?:[^:]*: )*(?:unauthorized|not authorized)\b|You must be authenticated to view this/iu, cure: 'person',
    cause: { en: 'Fly refused the token while the deploy was at work: it was revoked or ended meanwhile. Make a new one, store it, and run the lane again.', ja: 'deploy の途中で Fly が token を拒否した（失効または期限切れ）。新しい token を登録して lane を再実行する。' },
    commands: (situation) => [`fly tokens create deploy -a ${situation.app} --expiry 720h`, `gh secret set FLY_API_TOKEN --env ${situation.environment}`, again(situation)],
  },
  {
    id: 'cloudflare-token-lost-midway', codes: ['not-deployed', 'anchor-unreadable', 'serves-unproven', 'live-with-trigger-failure', 'mixed'], phases: ['dashboard', 'storefront'], says: /Authentication error|\bcode: (?:10000|9109|6003)\b|-> 40[13]\b|Cloudflare answered HTTP 40[13]/iu, cure: 'person',
    cause: { en: 'Cloudflare refused the token while the deploy was at work. Renew it or add what it lacks, store it, and run the lane again.', ja: 'deploy の途中で Cloudflare が token を拒否した。更新または権限を追加して登録し、lane を再実行する。' },
    commands: (situation) => [`gh secret set CLOUDFLARE_API_TOKEN --env ${situation.environment}`, again(situation)],
  },
  {
    id: 'secret-source-unreadable', codes: ['secrets-unavailable'], cure: 'person',
    cause: { en: "The shop's secrets could not be read from their source, or not compared with those at Fly; nothing was written. The message above says which name or which right is missing.", ja: 'shop の secret を取得元から読めない、または Fly と比較できない。何も書き込まれていない。不足している名前や権限は上のメッセージにある。' },
    commands: (situation) => [`gh secret list --env ${situation.environment}`],
  },
  {
    id: 'provider-unwell-in-preflight', codes: ['not-ready'], says: /whether the (?:token|login) is good is not known|could not be read: .*(?:HTTP 5\d\d|no answer|unreachable)/iu, cure: 'command',
    cause: { en: 'A provider did not answer when preflight asked it about a credential. Nothing was written; the same again will do once it answers.', ja: 'preflight の認証確認にプロバイダが応答しなかった。何も書き込まれていない。応答が戻れば再実行でよい。' },
    commands: (situation) => [again(situation)],
  },
];
