import type { MigrationFile, Tree, TreeFile } from '../../src/index.ts';
import { scanMigrations } from '../../src/index.ts';

/** A migration as TypeORM generates it. */
export function migration(timestamp: number, up: readonly string[], options: { readonly down?: readonly string[]; readonly members?: string; readonly path?: string } = {}): MigrationFile {
  const queries = (texts: readonly string[]): string => texts.map((text) => `    await queryRunner.query(\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\`);`).join('\n');
  return {
    path: options.path ?? `src/migrations/${timestamp}-change.ts`,
    source: `import { MigrationInterface, QueryRunner } from 'typeorm';

export class Change${timestamp} implements MigrationInterface {
  ${options.members ?? ''}
  public async up(queryRunner: QueryRunner): Promise<void> {
${queries(up)}
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
${queries(options.down ?? [])}
  }
}
`,
  };
}

/** One whose `up()` has this body; what it needs beside stands before the class. */
export function written(body: string, options: { readonly before?: string; readonly members?: string; readonly path?: string } = {}): MigrationFile {
  return {
    path: options.path ?? 'src/migrations/1700000000001-change.ts',
    source: `${options.before ?? ''}
export class Change1700000000001 implements MigrationInterface {
  ${options.members ?? ''}
  async up(queryRunner: QueryRunner): Promise<void> {
${body}
  }
  async down() {}
}
`,
  };
}

/** A tree of these files and no other. */
export function treeOf(files: Readonly<Record<string, string | TreeFile>> = {}): Tree {
  return {
    read: async (path) => {
      const found = files[path];
      return typeof found === 'string' ? { kind: 'text', text: found } : (found ?? { kind: 'missing' });
    },
    named: async (name) => Object.keys(files).filter((path) => path.split('/').at(-1) === name),
  };
}

export function scan(target: readonly MigrationFile[], history: readonly MigrationFile[] = [], tree: Tree = treeOf()): ReturnType<typeof scanMigrations> {
  return scanMigrations({ target, history, tree });
}
