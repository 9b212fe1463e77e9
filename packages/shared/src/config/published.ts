import { z } from 'zod';
import { deployConfig } from './schema.ts';

/** The JSON Schema of the deploy configuration, for editors; as it is published under docs/. */
export function publishedSchema(): string {
  const schema = z.toJSONSchema(deployConfig, { io: 'input' });
  const said = { $comment: 'Generated from packages/shared/src/config/schema.ts by write-schema.ts.', title: 'The deploy configuration of a shop (.github/deploy.config.yml)', ...schema };
  return `${JSON.stringify(said, null, 2)}\n`;
}
