import { createHmac } from 'node:crypto';
import type { ContactEvent } from './events.js';

/** Where webhooks go, and what befalls them on the way. */
export interface Target {
  /** Where they are sent. */
  readonly targetUrl: string;
  /** The address that the app is registered with, which the signature is over. */
  readonly publicUrl: string;
  /** Share of the events that come twice (0 to 1). */
  readonly duplicate: number;
  /** Whether events come in another order than they happened in. */
  readonly shuffle: boolean;
  /** From an event to its first delivery. */
  readonly delayMs: number;
}

interface Delivery {
  readonly events: readonly ContactEvent[];
  readonly attemptNumber: number;
}

/** HubSpot: up to 100 events a request, 10 requests at once, 5 s for an answer, up to 10 more attempts. */
const BATCH = 100;
const CONCURRENCY = 10;
const ANSWER_MS = 5_000;
const MAX_ATTEMPT = 10;
/** Events of one moment go together. */
const GATHER_MS = 20;
/** HubSpot spreads its attempts over a day; nobody waits for that here. */
const RETRY_MS = { least: 250, most: 1_500 };

/** Sends events to the app, signed; off until it has a target. */
export class WebhookSender {
  private target: Target | undefined;
  private gathered: ContactEvent[] = [];
  private gathering = false;
  private readonly waiting: Delivery[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly ending = new AbortController();
  private underWay = 0;
  /** Deliveries that were answered with success and that were given up. */
  readonly counts = { delivered: 0, failedAttempts: 0, givenUp: 0 };

  constructor(private readonly clientSecret: string) {}

  /** Undefined switches it off and forgets what waits. */
  aim(target: Target | undefined): void {
    this.target = target;
    if (target) return;
    this.gathered = [];
    this.waiting.length = 0;
  }

  get state(): object {
    const isIdle = this.underWay + this.waiting.length + this.gathered.length + this.timers.size === 0;
    return { target: this.target ?? null, isIdle, ...this.counts };
  }

  push(events: readonly ContactEvent[]): void {
    if (!this.target || events.length === 0) return;
    this.gathered.push(...events);
    if (this.gathering) return;
    this.gathering = true;
    this.later(GATHER_MS + this.target.delayMs, () => this.hand());
  }

  close(): void {
    this.aim(undefined);
    this.ending.abort();
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private hand(): void {
    this.gathering = false;
    const { target } = this;
    if (!target) return;
    const again = this.gathered.filter(() => Math.random() < target.duplicate);
    const events = [...this.gathered, ...again];
    this.gathered = [];
    if (target.shuffle) shuffle(events);
    for (let start = 0; start < events.length; start += BATCH)
      this.waiting.push({ events: events.slice(start, start + BATCH), attemptNumber: 0 });
    this.work();
  }

  private work(): void {
    while (this.target && this.underWay < CONCURRENCY) {
      const delivery = this.waiting.shift();
      if (!delivery) return;
      this.underWay += 1;
      void this.deliver(this.target, delivery);
    }
  }

  private async deliver(target: Target, delivery: Delivery): Promise<void> {
    const isTaken = await this.send(target, delivery).catch(() => false);
    this.underWay -= 1;
    if (isTaken) this.counts.delivered += 1;
    else this.tryAgain(delivery);
    this.work();
  }

  private tryAgain({ events, attemptNumber }: Delivery): void {
    this.counts.failedAttempts += 1;
    if (attemptNumber >= MAX_ATTEMPT) this.counts.givenUp += 1;
    else if (this.target) {
      this.later(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least), () => {
        this.waiting.push({ events, attemptNumber: attemptNumber + 1 });
        this.work();
      });
    }
  }

  private async send(target: Target, { events, attemptNumber }: Delivery): Promise<boolean> {
    const body = JSON.stringify(events.map((event) => ({ ...event, attemptNumber })));
    const reply = await fetch(target.targetUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sign(this.clientSecret, target.publicUrl, body) },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([this.ending.signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    await reply.arrayBuffer();
    return reply.ok;
  }

  private later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    this.timers.add(timer);
  }
}

/** The headers of version 3 (HubSpot's guide "Validating requests"). */
function sign(secret: string, url: string, body: string): Record<string, string> {
  const timestamp = String(Date.now());
  const uri = url.replace(/%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (it) => decodeURIComponent(it));
  const signature = createHmac('sha256', secret)
    .update(`POST${uri}${body}${timestamp}`, 'utf8')
    .digest('base64');
  return { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp };
}

function shuffle(events: ContactEvent[]): void {
  for (let last = events.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [events[last], events[other]] = [events[other]!, events[last]!];
  }
}
