import type { ApiClient } from './api-client.js';
import type { SandboxContact } from './sandbox-control.js';

/** A contact as the API shows it. */
export interface ApiContact {
  readonly id: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly displayName: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly company: string | null;
  readonly title: string | null;
  readonly source: string;
  readonly badge: string;
  readonly crmStatus: readonly {
    readonly platform: string;
    readonly externalId: string;
    readonly recordType: string;
    readonly url: string | null;
    readonly state: string;
    readonly direction: string;
    readonly lastSyncedAt: string | null;
    readonly error: string | null;
  }[];
}

const contactFields = `id firstName lastName displayName email phone company title source badge
  crmStatus { platform externalId recordType url state direction lastSyncedAt error }`;

interface ContactPage {
  readonly edges: readonly { readonly cursor: string; readonly node: ApiContact }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const pageQuery = `query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: ContactOrder) {
  contacts(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
    edges { cursor node { ${contactFields} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

/** How to walk the list of contacts. */
interface Walk {
  readonly size?: number;
  readonly direction?: 'forward' | 'backward';
  readonly orderBy?: { readonly field: string; readonly direction: string };
}

/** All contacts in the list's order, read page by page from its front or from its end. */
export async function readContacts(client: ApiClient, walk: Walk = {}): Promise<ApiContact[]> {
  const { size = 100, direction = 'forward', orderBy } = walk;
  const isForward = direction === 'forward';
  const pages: ApiContact[][] = [];
  let cursor: string | null = null;
  let hasMore = true;
  while (hasMore) {
    const place: object = isForward ? { first: size, after: cursor } : { last: size, before: cursor };
    const page: { contacts: ContactPage } = await client.query(pageQuery, { ...place, orderBy });
    pages.push(page.contacts.edges.map((it) => it.node));
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.contacts.pageInfo;
    hasMore = isForward ? hasNextPage : hasPreviousPage;
    cursor = isForward ? endCursor : startCursor;
  }
  return (isForward ? pages : pages.reverse()).flat();
}

type Comparable = Record<
  'externalId' | 'firstName' | 'lastName' | 'email' | 'phone' | 'company' | 'title',
  string
>;

/** What the API should show of the sandbox's contacts, by the record's id; both sides in a form that compares. */
export function expectedOf(contacts: readonly SandboxContact[]): Comparable[] {
  return byId(
    contacts.map(({ id, properties: it }) => ({
      externalId: id,
      firstName: text(it.firstname),
      lastName: text(it.lastname),
      email: text(it.email).toLowerCase(),
      phone: digits(it.phone),
      company: text(it.company),
      title: text(it.jobtitle),
    })),
  );
}

export function shownOf(contacts: readonly ApiContact[]): Comparable[] {
  return byId(
    contacts.map((it) => ({
      externalId: it.crmStatus.map((status) => status.externalId).join(),
      firstName: text(it.firstName),
      lastName: text(it.lastName),
      email: text(it.email),
      phone: digits(it.phone),
      company: text(it.company),
      title: text(it.title),
    })),
  );
}

function byId(contacts: Comparable[]): Comparable[] {
  return contacts.sort((a, b) => (a.externalId < b.externalId ? -1 : 1));
}

function text(value: string | null | undefined): string {
  return (value ?? '').normalize('NFC').trim();
}

/** The digits that are dialled from abroad; a text without any as it is. */
function digits(value: string | null | undefined): string {
  const given = text(value);
  return given.replace(/^00/, '+').replace('(0)', '').replace(/\D/g, '') || given;
}
