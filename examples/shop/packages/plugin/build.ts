// Writes dist/ from src/: the same text with the types stripped, so a stack trace keeps its lines. The image build runs it too.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

const here = import.meta.dirname;
rmSync(join(here, 'dist'), { recursive: true, force: true });
mkdirSync(join(here, 'dist'));
for (const name of readdirSync(join(here, 'src'))) {
  const code = stripTypeScriptTypes(readFileSync(join(here, 'src', name), 'utf8'));
  writeFileSync(join(here, 'dist', name.replace(/\.ts$/, '.js')), code.replace(/(from '\.[^']*)\.ts'/g, "$1.js'"));
}
