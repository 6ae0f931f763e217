import { createSerial } from '../../oauth/seal.js';
import type { Org } from '../orgs.js';
import { StreamingSession } from './streaming-session.js';

/** A client that does not connect for so long is forgotten, ms. */
const SILENCE_MS = 40_000;

/** The streaming clients of all orgs. */
export class StreamingBook {
  private readonly sessions = new Map<string, StreamingSession>();

  open(org: Org): StreamingSession {
    const session = new StreamingSession(createSerial() + createSerial(), org);
    this.sessions.set(session.clientId, session);
    return session;
  }

  /** A client of that org that is still known. */
  find(clientId: unknown, org: Org): StreamingSession | undefined {
    const session = this.sessions.get(String(clientId));
    if (!session || session.org !== org) return undefined;
    const isForgotten = !session.isWaiting && Date.now() - session.lastSeen > SILENCE_MS;
    if (isForgotten) this.close(session);
    return isForgotten ? undefined : session;
  }

  close(session: StreamingSession): void {
    this.sessions.delete(session.clientId);
    session.stir();
  }

  /** Forgets the clients of an org, or all. */
  closeAll(org?: Org): void {
    for (const session of this.of(org)) this.close(session);
  }

  /** Ends the waiting of an org's clients, whose tokens may be dead by now. */
  stir(org: Org): void {
    for (const session of this.of(org)) session.stir();
  }

  /** The clients of an org, or all. */
  *of(org?: Org): Iterable<StreamingSession> {
    for (const session of this.sessions.values()) if (!org || session.org === org) yield session;
  }
}
