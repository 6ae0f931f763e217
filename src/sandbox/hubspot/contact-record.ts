import { CONSTANT_PROPERTIES, CONTACT_PROPERTIES, DEFAULT_PROPERTIES } from './contact-properties.js';

/**
 * One state of a contact. A write makes a new state and never changes an old one, so that the search
 * index can go on showing what it has not yet heard to be outdated.
 */
export interface ContactVersion {
  readonly id: number;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Epoch ms; strictly larger in each later version of one record. */
  readonly updatedAt: number;
  /** Epoch ms; undefined while live. */
  readonly archivedAt?: number;
  /** Only what is set, without id and dates. */
  readonly properties: Readonly<Record<string, string>>;
}

/** A contact in HubSpot's shape (SimplePublicObject). */
export interface PublicContact {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly propertiesWithHistory?: Readonly<Record<string, readonly object[]>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: boolean;
  readonly archivedAt?: string;
  readonly url: string;
}

/** The value of a defined property: null when unset, undefined when there is no such property. */
function readProperty(version: ContactVersion, name: string): string | null | undefined {
  switch (name) {
    case 'hs_object_id':
      return String(version.id);
    case 'createdate':
      return new Date(version.createdAt).toISOString();
    case 'lastmodifieddate':
      return new Date(version.updatedAt).toISOString();
    default:
      return CONTACT_PROPERTIES.has(name) ? (version.properties[name] ?? null) : undefined;
  }
}

/** The names that a read shows: the asked ones that exist, and those always shown; sorted. */
export function chooseProperties(asked: readonly string[] | undefined): readonly string[] {
  if (asked === undefined || asked.length === 0) return DEFAULT_PROPERTIES;
  const names = new Set<string>([
    ...CONSTANT_PROPERTIES,
    ...asked.filter((it) => CONTACT_PROPERTIES.has(it)),
  ]);
  return [...names].sort();
}

/** Every property name, for replies that show all. */
export const ALL_PROPERTIES: readonly string[] = [...CONTACT_PROPERTIES.keys()].sort();

/** Renders contacts of one HubSpot account. */
export class ContactRenderer {
  constructor(private readonly hubId: number) {}

  /** Shows the named properties (see `chooseProperties`); `history` names those to show with history too. */
  render(version: ContactVersion, names: readonly string[], history: readonly string[] = []): PublicContact {
    const properties: Record<string, string | null> = {};
    for (const name of names) properties[name] = readProperty(version, name) ?? null;
    return {
      id: String(version.id),
      properties,
      ...(history.length > 0 && { propertiesWithHistory: renderHistory(version, history) }),
      createdAt: new Date(version.createdAt).toISOString(),
      updatedAt: new Date(version.updatedAt).toISOString(),
      archived: version.archivedAt !== undefined,
      ...(version.archivedAt !== undefined && { archivedAt: new Date(version.archivedAt).toISOString() }),
      url: `https://app.hubspot.com/contacts/${this.hubId}/record/0-1/${version.id}`,
    };
  }
}

/** The sandbox keeps no history: it shows the present value as the only one. */
function renderHistory(version: ContactVersion, names: readonly string[]): Record<string, object[]> {
  const timestamp = new Date(version.updatedAt).toISOString();
  const history: Record<string, object[]> = {};
  for (const name of names) {
    const value = readProperty(version, name);
    if (value === undefined) continue;
    history[name] = value === null ? [] : [{ value, timestamp, sourceType: 'INTEGRATION' }];
  }
  return history;
}
