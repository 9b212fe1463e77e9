import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '@vendure-deploy/shared/action';
import { Secret } from '@vendure-deploy/shared/secrets';
import { type PendingScan, type PendingRequest, scanPending } from '../../src/migration-scan/pending.ts';

const run = promisify(execFile);

/** The moment at which the tests ask. */
export const NOW = Date.parse('2026-03-10T12:00:00Z');
const HOUR_MS = 3_600_000;

export type Content = string | Buffer | { readonly link: string } | null;

/** A real repository, and clones of it. */
export class Repository implements AsyncDisposable {
  readonly folder: string;
  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Repository> {
    const folder = await mkdtemp(join(tmpdir(), 'migration-scan-'));
    const repository = new Repository(folder);
    await mkdir(join(folder, 'shop'));
    await repository.git('init', '--quiet', '--initial-branch=main');
    // As GitHub does: any commit that a reference reaches can be asked for.
    await repository.git('config', 'uploadpack.allowReachableSHA1InWant', 'true');
    return repository;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async git(...args: string[]): Promise<string> {
    return (await this.dated(NOW, args)).trim();
  }

  /** @param hoursAgo the commit's time @returns its SHA */
  async commit(files: Readonly<Record<string, Content>>, hoursAgo: number): Promise<string> {
    await this.write(files);
    await this.git('add', '--all');
    await this.dated(NOW - hoursAgo * HOUR_MS, ['commit', '--quiet', '--allow-empty', '--message', 'change']);
    return this.git('rev-parse', 'HEAD');
  }

  /** Merges a branch, as a pull request does. */
  async merge(branch: string, hoursAgo: number): Promise<string> {
    await this.dated(NOW - hoursAgo * HOUR_MS, ['merge', '--quiet', '--no-ff', '--message', 'merge', branch]);
    return this.git('rev-parse', 'HEAD');
  }

  async write(files: Readonly<Record<string, Content>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      const place = join(this.folder, 'shop', path);
      await rm(place, { force: true });
      if (content === null) continue;
      await mkdir(dirname(place), { recursive: true });
      if (typeof content === 'object' && 'link' in content) await symlink(content.link, place);
      else await writeFile(place, content);
    }
  }

  async clone(...options: string[]): Promise<string> {
    const to = join(this.folder, `clone-${Math.floor(performance.now() * 1000)}`);
    await run('git', ['clone', '--quiet', ...options, `file://${join(this.folder, 'shop')}`, to]);
    return to;
  }

  private async dated(moment: number, args: readonly string[]): Promise<string> {
    const date = new Date(moment).toISOString();
    const { stdout } = await run('git', ['-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', ...args], { cwd: join(this.folder, 'shop'), env: { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date } });
    return stdout;
  }
}

export function migration(className: string, sql: string): string {
  return `export class ${className} implements MigrationInterface {\n  async up(queryRunner: QueryRunner) {\n    await queryRunner.query(\`${sql}\`);\n  }\n  async down() {}\n}\n`;
}

export function scanIn(workspace: string, request: Pick<PendingRequest, 'serving' | 'target'> & Partial<PendingRequest>): Promise<PendingScan> {
  return scanPending({ workspace, token: new Secret(''), serverUrl: 'https://github.example', signal: new AbortController().signal, log: SILENT, now: NOW, ...request });
}

const SILENT: Log = { info: () => {}, warning: () => {}, error: () => {}, notice: () => {}, debug: () => {}, group: async (_title, work) => work() };
