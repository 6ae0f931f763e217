import type { ContactOrder } from '../../commands/index.js';
import type { CrmState } from '../../domain/index.js';
import { defineEnum } from '../enum.js';

export const CrmStateEnum = defineEnum<CrmState>('CrmState', 'How a contact and its CRM record stand.', {
  SYNCED: 'Both sides are in step.',
  PENDING: 'A change made here waits to be sent to the record.',
  CONFLICT: 'Both sides changed a field to different values, and the user has to choose.',
  FAILED: 'The last attempt failed; the error says why.',
  DELETED_REMOTELY: 'The record is gone from the CRM.',
});

export const ContactOrderFieldEnum = defineEnum<ContactOrder['field']>(
  'ContactOrderField',
  'What contacts can be ordered by.',
  {
    UPDATED_AT: 'When the contact last changed.',
    CREATED_AT: 'When the contact was first seen.',
    NAME: 'Display name, as dictionaries sort (Unicode).',
  },
);

export const OrderDirectionEnum = defineEnum<ContactOrder['direction']>(
  'OrderDirection',
  'Which end of an order comes first.',
  { ASC: 'Smallest, oldest or A first.', DESC: 'Largest, newest or Z first.' },
);
