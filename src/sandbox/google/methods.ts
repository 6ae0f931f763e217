/** The methods of the People API that the sandbox serves, by their ids in the discovery document. */
export const METHODS = {
  'people.people.connections.list': { rpc: 'ListConnections', quota: 'read' },
  'people.people.get': { rpc: 'GetPerson', quota: 'read' },
  'people.people.getBatchGet': { rpc: 'BatchGetPeople', quota: 'read' },
  'people.people.searchContacts': { rpc: 'SearchContacts', quota: 'read' },
  'people.people.createContact': { rpc: 'CreateContact', quota: 'write' },
  'people.people.updateContact': { rpc: 'UpdateContact', quota: 'write' },
  'people.people.deleteContact': { rpc: 'DeleteContact', quota: 'write' },
  'people.people.updateContactPhoto': { rpc: 'UpdateContactPhoto', quota: 'write' },
  'people.people.deleteContactPhoto': { rpc: 'DeleteContactPhoto', quota: 'write' },
  'people.people.batchCreateContacts': { rpc: 'BatchCreateContacts', quota: 'write' },
  'people.people.batchUpdateContacts': { rpc: 'BatchUpdateContacts', quota: 'write' },
  'people.people.batchDeleteContacts': { rpc: 'BatchDeleteContacts', quota: 'write' },
  'people.otherContacts.list': { rpc: 'ListOtherContacts', quota: 'read' },
  'people.otherContacts.search': { rpc: 'SearchOtherContacts', quota: 'read' },
  'people.otherContacts.copyOtherContactToMyContactsGroup': {
    rpc: 'CopyOtherContactToMyContactsGroup',
    quota: 'write',
  },
  'people.people.listDirectoryPeople': { rpc: 'ListDirectoryPeople', quota: 'read' },
  'people.people.searchDirectoryPeople': { rpc: 'SearchDirectoryPeople', quota: 'read' },
  'people.contactGroups.list': { rpc: 'ListContactGroups', quota: 'read' },
  'people.contactGroups.batchGet': { rpc: 'BatchGetContactGroups', quota: 'read' },
  'people.contactGroups.get': { rpc: 'GetContactGroup', quota: 'read' },
  'people.contactGroups.create': { rpc: 'CreateContactGroup', quota: 'write' },
  'people.contactGroups.update': { rpc: 'UpdateContactGroup', quota: 'write' },
  'people.contactGroups.delete': { rpc: 'DeleteContactGroup', quota: 'write' },
  'people.contactGroups.members.modify': { rpc: 'ModifyContactGroupMembers', quota: 'write' },
} as const satisfies Record<string, { rpc: string; quota: 'read' | 'write' }>;

export type MethodId = keyof typeof METHODS;

/** The full name of a method's RPC, as error details tell it. */
export function describeMethod(id: MethodId): string {
  return `google.people.v1.PeopleService.${METHODS[id].rpc}`;
}
