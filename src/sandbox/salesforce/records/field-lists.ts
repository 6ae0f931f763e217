/**
 * The objects' fields in the written form of `readFields`: names from the standard schema, lengths from the
 * Field Reference (Title, Website and PhotoUrl as measured elsewhere). Compound addresses are left out.
 */
const STAMPS = `
  CreatedDate datetime ! -
  CreatedById reference ! - >User
  LastModifiedDate datetime ! -
  LastModifiedById reference ! - >User
  SystemModstamp datetime ! -`;

const MARKETING = `
  EmailBouncedReason string 255
  EmailBouncedDate datetime
  Jigsaw string 20
  JigsawContactId string 20 -
  IndividualId reference
  PhotoUrl url 255 -
  LastActivityDate date -
  LastViewedDate datetime -
  LastReferencedDate datetime -
  CrmSync_Id__c string 255 *`;

export const CONTACT_FIELD_LIST = `
  Id id ! -
  IsDeleted boolean ! -
  MasterRecordId reference - >Contact
  AccountId reference >Account
  LastName string 80 !
  FirstName string 40
  Salutation picklist 40
  Name string 121 ! -
  OtherStreet textarea 255
  OtherCity string 40
  OtherState string 80
  OtherPostalCode string 20
  OtherCountry string 80
  OtherLatitude double
  OtherLongitude double
  OtherGeocodeAccuracy picklist 40
  MailingStreet textarea 255
  MailingCity string 40
  MailingState string 80
  MailingPostalCode string 20
  MailingCountry string 80
  MailingLatitude double
  MailingLongitude double
  MailingGeocodeAccuracy picklist 40
  Phone phone 40
  Fax phone 40
  MobilePhone phone 40
  HomePhone phone 40
  OtherPhone phone 40
  AssistantPhone phone 40
  ReportsToId reference >Contact
  Email email 80
  Title string 128
  Department string 80
  AssistantName string 40
  LeadSource picklist 255
  Birthdate date
  Description textarea 32000
  OwnerId reference ! >User
  HasOptedOutOfEmail boolean !
  HasOptedOutOfFax boolean !
  DoNotCall boolean !
  CanAllowPortalSelfReg boolean !
  LastCURequestDate datetime -
  LastCUUpdateDate datetime -
  IsEmailBounced boolean ! -${STAMPS}${MARKETING}`;

export const LEAD_FIELD_LIST = `
  Id id ! -
  IsDeleted boolean ! -
  MasterRecordId reference - >Lead
  LastName string 80 !
  FirstName string 40
  Salutation picklist 40
  Name string 121 ! -
  Title string 128
  Company string 255 !
  Street textarea 255
  City string 40
  State string 80
  PostalCode string 20
  Country string 80
  Latitude double
  Longitude double
  GeocodeAccuracy picklist 40
  Phone phone 40
  MobilePhone phone 40
  Fax phone 40
  Email email 80
  Website url 255
  Description textarea 32000
  LeadSource picklist 255
  Status picklist 255 !
  Industry picklist 255
  Rating picklist 255
  AnnualRevenue currency
  NumberOfEmployees int
  OwnerId reference ! >User
  HasOptedOutOfEmail boolean !
  DoNotCall boolean !
  IsConverted boolean ! -
  ConvertedDate date -
  ConvertedAccountId reference - >Account
  ConvertedContactId reference - >Contact
  ConvertedOpportunityId reference -
  IsUnreadByOwner boolean !${STAMPS}${MARKETING}`;

export const ACCOUNT_FIELD_LIST = `
  Id id ! -
  IsDeleted boolean ! -
  MasterRecordId reference - >Account
  Name string 255 !
  Phone phone 40
  Website url 255
  Industry picklist 255
  Description textarea 32000
  BillingStreet textarea 255
  BillingCity string 40
  BillingState string 80
  BillingPostalCode string 20
  BillingCountry string 80
  OwnerId reference ! >User${STAMPS}`;

export const USER_FIELD_LIST = `
  Id id ! -
  Username string 80 ! -
  FirstName string 40 -
  LastName string 80 ! -
  Name string 121 ! -
  Email email 128 ! -
  IsActive boolean ! -
  UserType picklist 40 ! -
  TimeZoneSidKey picklist 40 ! -
  LocaleSidKey picklist 40 ! -${STAMPS}`;

export const ORGANIZATION_FIELD_LIST = `
  Id id ! -
  Name string 80 ! -
  OrganizationType picklist 40 ! -
  InstanceName string 5 -
  IsSandbox boolean ! -
  LanguageLocaleKey picklist 40 ! -${STAMPS}`;
