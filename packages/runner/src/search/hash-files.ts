import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

// GitHub's runner gives the search two minutes, in a process of its own (HashFilesFunction.cs).
const LONGEST_MS = 120_000;

/** `hashFiles(…)`: one hash over the files that the patterns match below the workspace, '' when none does (E5). */
export function hashFiles(patterns: readonly string[], workspace: string, node: string): string {
  const [first = '', ...rest] = patterns;
  const option = first.startsWith('--');
  if (option && first.toLowerCase() !== '--follow-symbolic-links') throw new Error(`Invalid glob option ${first}, avaliable option: '--follow-symbolic-links'.`);
  const { status, stdout, stderr, error } = spawnSync(node, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'hash-process.ts')], {
    cwd: workspace,
    timeout: LONGEST_MS,
    encoding: 'utf8',
    env: { PATTERNS: (option ? rest : patterns).join('\n'), FOLLOW: String(option) },
  });
  if (status !== 0) throw new Error(`hashFiles('${patterns.join(', ')}') failed. Fail to hash files under directory '${workspace}'${error === undefined ? `: ${stderr.trim()}` : ` within ${LONGEST_MS / 1000} seconds`}`);
  return stdout.split('\n').find((line) => line.startsWith('hash='))?.slice('hash='.length) ?? '';
}
