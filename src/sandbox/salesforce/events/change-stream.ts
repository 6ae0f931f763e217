import { randomUUID } from 'node:crypto';
import type { Random } from '../../people/random.js';
import { isPeopleObject, type PeopleObject } from '../records/objects.js';
import type { Author, RowChange } from '../records/row-change.js';
import { type ChangeEvent, describeChanges, describeOverflow, renderPayload } from './change-event.js';

/** An event in the stream's memory. */
export interface StreamEvent {
  /** Rises, with gaps. */
  readonly replayId: number;
  /** Epoch ms. */
  readonly at: number;
  readonly entityName: PeopleObject;
  readonly payload: object;
}

/** In the place of a replay id: only events that are still to come. */
export const REPLAY_NEW = -1;
/** In the place of a replay id: all events that are retained. */
const REPLAY_ALL = -2;

/** The change events of one org. */
export class ChangeStream {
  private events: StreamEvent[] = [];
  // Ids go on rising over a restart, so that one from before it is never taken for another event's.
  private lastId = Date.now();
  private commits = 0;
  private tellsGaps = false;
  private readonly listeners = new Set<(events: readonly StreamEvent[]) => void>();

  /** `isOn` tells whether the org has change events at all. */
  constructor(
    private readonly random: Random,
    private readonly isOn: () => boolean,
  ) {}

  onEvents(listener: (events: readonly StreamEvent[]) => void): void {
    this.listeners.add(listener);
  }

  /** Tells of a transaction. */
  publish(changes: readonly RowChange[], author: Author): void {
    const told = changes.filter((it) => isPeopleObject(it.after.type));
    this.append(describeChanges(told, this.tellsGaps), author);
  }

  /** Tells that too much happened to a kind of record to be told. */
  overflow(entityName: PeopleObject, author: Author): void {
    this.append([describeOverflow(entityName)], author);
  }

  /** Lets what is committed meanwhile be told as gaps. */
  withGaps<T>(act: () => T): T {
    this.tellsGaps = true;
    try {
      return act();
    } finally {
      this.tellsGaps = false;
    }
  }

  /** Forgets every event: replay ids of before are no longer valid. */
  expire(): void {
    this.events = [];
  }

  /** The retained events that a subscriber missed; undefined when the replay id is not valid. */
  replay(replayId: number, now: number, retentionSeconds: number | null): StreamEvent[] | undefined {
    const oldest = retentionSeconds === null ? 0 : now - retentionSeconds * 1000;
    this.events = this.events.filter((it) => it.at >= oldest);
    if (replayId === REPLAY_NEW) return [];
    if (replayId === REPLAY_ALL) return [...this.events];
    const [first] = this.events;
    if (!first || replayId < first.replayId || replayId > this.lastId) return undefined;
    return this.events.filter((it) => it.replayId > replayId);
  }

  private append(events: readonly ChangeEvent[], author: Author): void {
    if (!this.isOn() || events.length === 0) return;
    const transactionKey = randomUUID();
    const commitNumber = ++this.commits;
    const appended = events.map((event, index) => {
      this.lastId += 1 + this.random.int(3);
      const payload = renderPayload(event, author, {
        transactionKey,
        commitNumber,
        sequenceNumber: index + 1,
      });
      return { replayId: this.lastId, at: Date.now(), entityName: event.entityName, payload };
    });
    this.events.push(...appended);
    for (const listener of this.listeners) listener(appended);
  }
}
