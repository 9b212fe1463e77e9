import type { WordPressSurface } from '@vendure-deploy/shared/config';
import { HostLost } from './host.ts';
import type { Session } from '../ssh/session.ts';

/** What WP-CLI says of one plugin. */
export interface PluginReading {
  readonly active: boolean;
  /** '' when WordPress reads none. */
  readonly version: string;
}

export type WpEnded = { readonly kind: 'done' } | { readonly kind: 'failed'; /** Its own last words. */ readonly why: string };

export interface WordPress {
  /** null: it is installed; else why it is not, in its own words. */
  fault(): Promise<string | null>;
  plugin(signal?: AbortSignal): Promise<PluginReading>;
  activate(): Promise<WpEnded>;
  deactivate(signal?: AbortSignal): Promise<WpEnded>;
  step(words: readonly string[], plugins: boolean): Promise<WpEnded>;
}

const DEADLINE_MS = 120_000;

/** WP-CLI on the host. Without plugins and themes wherever none is needed: one that is broken would take the way back with it. */
export function wordPress(session: Session, config: WordPressSurface): WordPress {
  const run = async (words: readonly string[], { plugins = false, signal }: { readonly plugins?: boolean; readonly signal?: AbortSignal } = {}): Promise<{ exitCode: number; stdout: string; stderr: string }> => {
    const ended = await session.run([config.wp, `--path=${config['wordpress-path']}`, ...(plugins ? [] : ['--skip-plugins', '--skip-themes']), ...words], DEADLINE_MS, signal);
    (signal ?? session.signal).throwIfAborted();
    if (ended.exitCode === null || ended.exitCode === 255 || ended.timedOut) throw new HostLost(ended.timedOut ? `wp ${words.join(' ')} did not end within ${DEADLINE_MS / 1000} s` : 'the connection was lost');
    return { exitCode: ended.exitCode, stdout: ended.stdout, stderr: ended.stderr };
  };
  const ended = async (...given: Parameters<typeof run>): Promise<WpEnded> => {
    const { exitCode, stdout, stderr } = await run(...given);
    return exitCode === 0 ? { kind: 'done' } : { kind: 'failed', why: `\`wp ${given[0].join(' ')}\` ended with exit code ${exitCode}: ${lastWords(stderr) || lastWords(stdout)}` };
  };
  return {
    fault: async () => {
      const said = await run(['core', 'is-installed']);
      if (said.exitCode === 0) return null;
      return said.exitCode === 127 ? `it has no ${config.wp}. Install WP-CLI there, or name it with \`wp\`` : `no WordPress is installed at ${config['wordpress-path']}: ${lastWords(said.stderr) || 'wp core is-installed says no'}`;
    },
    plugin: async (signal) => {
      const how = signal === undefined ? {} : { signal };
      const [active, version] = [await run(['plugin', 'is-active', config.plugin], how), await run(['plugin', 'get', config.plugin, '--field=version'], how)];
      return { active: active.exitCode === 0, version: version.exitCode === 0 ? lastWords(version.stdout) : '' };
    },
    activate: () => ended(['plugin', 'activate', config.plugin]),
    deactivate: (signal) => ended(['plugin', 'deactivate', config.plugin], signal === undefined ? {} : { signal }),
    step: (words, plugins) => ended(words, { plugins }),
  };
}

/** PHP notices may stand before an answer, and all but the last line of an error is colour. */
function lastWords(text: string): string {
  return text.trim().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
}
