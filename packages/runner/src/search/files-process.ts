import { statSync } from 'node:fs';
import { create } from '@actions/glob';

// A process of its own, because GitHub's glob writes its debug lines to standard output. The options are those of actions/upload-artifact.
const globber = await create(process.env['PATTERNS'] ?? '', { followSymbolicLinks: true, implicitDescendants: true, omitBrokenSymbolicLinks: true, excludeHiddenFiles: process.env['HIDDEN'] !== 'true' });
const files = (await globber.glob()).filter((file) => !statSync(file).isDirectory());
process.stdout.write(`\nfound=${JSON.stringify({ files, roots: globber.getSearchPaths() })}\n`);
