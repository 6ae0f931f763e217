import { randomUUID } from 'node:crypto';
import type { ContactEvent } from './events.js';

/** One file of the journal. */
export interface JournalFile {
  readonly offset: string;
  readonly publishedAt: string;
  readonly journalEvents: readonly object[];
}

/** HubSpot keeps three days; here the oldest files fall out beyond this many. */
const CAPACITY = 2_000;
/** Events of one moment are published together, so many to a file. */
const PUBLISH_MS = 50;
const EVENTS_PER_FILE = 500;

const ACTIONS: Readonly<Record<string, string>> = {
  'contact.creation': 'CREATE',
  'contact.propertyChange': 'UPDATE',
  'contact.deletion': 'DELETE',
  'contact.privacyDeletion': 'GDPR_DELETE',
  'contact.merge': 'MERGE',
  'contact.restore': 'RESTORE',
};

/** The events of all accounts in the order in which they were published. */
export class Journal {
  private files: JournalFile[] = [];
  private gathered: ContactEvent[] = [];
  private timer: NodeJS.Timeout | undefined;

  push(events: readonly ContactEvent[]): void {
    if (events.length === 0) return;
    this.gathered.push(...events);
    this.timer ??= setTimeout(() => this.publish(), PUBLISH_MS);
  }

  get earliest(): JournalFile | undefined {
    return this.files[0];
  }

  get latest(): JournalFile | undefined {
    return this.files.at(-1);
  }

  find(offset: string): JournalFile | undefined {
    return this.files.find((it) => it.offset === offset);
  }

  /** The file after one; undefined after the last. */
  after(file: JournalFile): JournalFile | undefined {
    return this.files[this.files.indexOf(file) + 1];
  }

  /** As after three days without a reader: nothing that was published until now is there any more. */
  expire(): void {
    this.files = [];
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private publish(): void {
    this.timer = undefined;
    const events = this.gathered;
    this.gathered = [];
    for (let start = 0; start < events.length; start += EVENTS_PER_FILE) {
      this.files.push({
        offset: randomUUID(),
        publishedAt: new Date().toISOString(),
        journalEvents: events.slice(start, start + EVENTS_PER_FILE).map(describeEntry),
      });
    }
    this.files = this.files.slice(-CAPACITY);
  }
}

/** The journal's own words for what a webhook tells. */
function describeEntry(event: ContactEvent): object {
  const { subscriptionType, portalId, objectId, occurredAt, propertyName, propertyValue } = event;
  const { primaryObjectId, mergedObjectIds, newObjectId } = event;
  return {
    type: 'crmObject',
    portalId,
    occurredAt: new Date(occurredAt).toISOString(),
    action: ACTIONS[subscriptionType],
    objectTypeId: '0-1',
    objectId,
    ...(propertyName !== undefined && { propertyChanges: { [String(propertyName)]: propertyValue } }),
    ...(newObjectId !== undefined && { primaryObjectId, mergedObjectIds, newObjectId }),
  };
}
