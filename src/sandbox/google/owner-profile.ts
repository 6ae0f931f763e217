import type { AccountIdentity } from './identity.js';
import { EMAIL_SCOPE } from './oauth/scopes.js';
import { type ReadableField, toResourceName } from './person-record.js';
import type { PublicPerson } from './person-renderer.js';

/** The account's owner (`people/me`): the profile's public part, and the address for who may know it. */
export function renderOwner(
  { subject, email, displayName }: AccountIdentity,
  scopes: readonly string[],
  mask: ReadonlySet<ReadableField>,
): PublicPerson {
  const source = { type: 'PROFILE', id: subject };
  const metadata = { primary: true, sourcePrimary: true, source };
  const [givenName, ...rest] = displayName.split(' ');
  const names = [{ metadata, displayName, givenName, familyName: rest.join(' ') }];
  const emailAddresses = [{ metadata: { ...metadata, verified: true }, value: email }];
  const profileMetadata = { objectType: 'PERSON', userTypes: ['GOOGLE_USER'] };
  return {
    resourceName: toResourceName(subject),
    etag: `%Eg${subject.slice(-12)}`,
    ...(mask.has('metadata') && {
      metadata: {
        sources: [{ ...source, etag: `#${subject.slice(-10)}=`, profileMetadata }],
        objectType: 'PERSON',
      },
    }),
    ...(mask.has('names') && { names }),
    ...(mask.has('emailAddresses') && scopes.includes(EMAIL_SCOPE) && { emailAddresses }),
  };
}
