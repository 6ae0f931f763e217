import type { ContactSource, Platform } from '../domain/index.js';
import { defineEnum } from './enum.js';

export const PlatformEnum = defineEnum<Platform>('Platform', 'A CRM that contacts are synced with.', {
  HUBSPOT: 'HubSpot.',
  SALESFORCE: 'Salesforce.',
  GOOGLE: 'Google Contacts.',
});

export const ContactSourceEnum = defineEnum<ContactSource>(
  'ContactSource',
  'Where a contact was first seen.',
  {
    HUBSPOT: 'Read from HubSpot.',
    SALESFORCE: 'Read from Salesforce.',
    GOOGLE: 'Read from Google Contacts.',
    API: 'Made through this API.',
  },
);
