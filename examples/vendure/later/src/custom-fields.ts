import type { CustomFields } from '@vendure/core';

export const customFields: CustomFields = {
  Product: [{ name: 'origin', type: 'string', nullable: true, public: true }],
};
