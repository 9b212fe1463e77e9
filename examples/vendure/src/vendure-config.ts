import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultJobQueuePlugin, type VendureConfig } from '@vendure/core';
import { customFields } from './custom-fields';
import { DeployPlugin } from './deploy-plugin';
import { JobChecksPlugin } from './job-checks-plugin';
import { settings } from './settings';

const migrations = join(__dirname, 'migrations');
// TypeORM takes a pattern that finds nothing for "up to date".
if (!readdirSync(migrations).some((file) => file.endsWith('.js'))) throw new Error(`no migrations in ${migrations}`);

export const config: VendureConfig = {
  apiOptions: { port: settings.port, adminApiPath: 'admin-api', shopApiPath: 'shop-api', trustProxy: 1 },
  authOptions: {
    tokenMethod: ['bearer', 'cookie'],
    superadminCredentials: { identifier: 'superadmin', password: settings.superadminPassword },
    cookieOptions: { secret: settings.cookieSecret },
  },
  dbConnectionOptions: { type: 'postgres', url: settings.databaseUrl, synchronize: false, logging: ['error'], migrations: [join(migrations, '*.js')] },
  paymentOptions: { paymentMethodHandlers: [] },
  customFields,
  plugins: [DefaultJobQueuePlugin.init({}), DeployPlugin, JobChecksPlugin],
};
