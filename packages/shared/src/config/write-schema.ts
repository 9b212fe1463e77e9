import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishedSchema } from './published.ts';

await writeFile(join(import.meta.dirname, '../../../../docs/deploy.config.schema.json'), publishedSchema());
