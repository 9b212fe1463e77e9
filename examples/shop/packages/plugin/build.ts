// Writes dist/ from src/: the same text with the types stripped, so a stack trace keeps its lines. The image build runs it too.
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, join } from 'node:path';

const here = import.meta.dirname;
const sources = globSync(['src/**/*.ts', 'package.json', 'build.ts'], { cwd: here }).sort();
rmSync(join(here, 'dist'), { recursive: true, force: true });
mkdirSync(join(here, 'dist'));
for (const source of sources.filter((path) => path.startsWith('src/'))) {
  const code = stripTypeScriptTypes(readFileSync(join(here, source), 'utf8'));
  writeFileSync(join(here, 'dist', basename(source).replace(/\.ts$/, '.js')), code.replace(/(from '\.[^']*)\.ts'/g, "$1.js'"));
}

// By it a deploy tells this output from that of other sources, which a cache may restore: the lines that sha256sum would write, and their hash.
const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
writeFileSync(join(here, 'dist/source.sha256'), sha256(sources.map((path) => `${sha256(readFileSync(join(here, path)))}  ${path}\n`).join('')));
