/** The scopes that the app registered in the sandbox may ask for. Their order is part of the token format. */
export const APP_SCOPES = [
  'oauth',
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.schemas.contacts.read',
  'crm.schemas.contacts.write',
  'crm.objects.companies.read',
  'crm.objects.companies.write',
  'crm.objects.owners.read',
  'crm.lists.read',
  'crm.lists.write',
  'crm.objects.deals.read',
  'crm.objects.deals.write',
  'tickets',
  'timeline',
  'automation',
  'developer.webhooks_journal.read',
] as const;
