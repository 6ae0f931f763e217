/** The CRMs that we serve, in the order in which every list shows them. */
export const platforms = ['HUBSPOT', 'SALESFORCE', 'GOOGLE'] as const;
export type Platform = (typeof platforms)[number];

/** Names as a person reads them. */
export const platformNames: Record<Platform, string> = {
  HUBSPOT: 'HubSpot',
  SALESFORCE: 'Salesforce',
  GOOGLE: 'Google',
};

/** Where a contact was first seen: a platform, or API for one made through this API. */
export const contactSources = [...platforms, 'API'] as const;
export type ContactSource = (typeof contactSources)[number];
