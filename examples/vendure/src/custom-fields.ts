import type { CustomFields } from '@vendure/core';

export const customFields: CustomFields = {};
