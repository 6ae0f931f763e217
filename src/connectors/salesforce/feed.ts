import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AppError, type Cursor, type IntegrationSettings } from '../../domain/index.js';
import type { ChangeFeed, ChangeNotice } from '../contract.js';
import { unavailable } from '../kit/http.js';
import { type CloseReason, openLine } from './change-line.js';
import { noticeOf } from './change-notice.js';
import { bookmarkEnded } from './cursor.js';
import type { OrgSession } from './org.js';
import { chooseObjects } from './org-objects.js';

/** Per channel the id of its last event; ids are opaque, and end after three days. */
const place = z.strictObject({ replay: z.record(z.string().max(255), z.number()) });
type Place = z.infer<typeof place>;

/** From now on (Streaming guide, message durability). */
const fromNow = -1;
/** Connections in a row that came to nothing, before the listening gives up. */
const triesMax = 5;
/** A line that stood so long, or told something, was a good one (ms). */
const standsMs = 10_000;
const retryMs = { first: 1_000, longest: 30_000 };

/** Change Data Capture over the Streaming API: whose records changed, as it happens. */
export function createChangeFeed(retry = retryMs): ChangeFeed<OrgSession> {
  return { listen: (...ask) => new Listening(retry, ...ask).notices() };
}

class Listening {
  readonly #channels: readonly string[];
  #place: Place;
  #tries = 0;
  #isRenewed = false;

  constructor(
    private readonly retry: typeof retryMs,
    private readonly session: OrgSession,
    from: Cursor | undefined,
    { salesforceObjects }: IntegrationSettings,
    private readonly signal: AbortSignal,
  ) {
    this.#channels = chooseObjects(salesforceObjects).map(({ channel }) => channel);
    this.#place = from === undefined ? { replay: {} } : parsePlace(from);
  }

  async *notices(): AsyncGenerator<ChangeNotice> {
    while (!this.signal.aborted && this.#channels.length > 0) {
      const accessToken = await this.session.tokens.current();
      let reason: CloseReason = 'lost';
      const ask = { apiUrl: this.session.apiUrl, accessToken, channels: this.#channels };
      const replayOf = (channel: string) => this.#place.replay[channel] ?? fromNow;
      const openedAt = performance.now();
      for await (const news of openLine({ ...ask, replayOf }, this.signal)) {
        if (news.kind === 'closed') reason = news.reason;
        else if (news.kind === 'open') yield* this.#opened();
        else yield this.#changed(news.channel, news.data);
      }
      if (this.signal.aborted) return;
      if (performance.now() - openedAt >= standsMs) this.#wasGood();
      await this.#recover(reason, accessToken);
    }
  }

  /** A channel without a place was not heard until now. */
  *#opened(): Generator<ChangeNotice> {
    const isBlind = this.#channels.some((it) => this.#place.replay[it] === undefined);
    if (isBlind) yield { externalIds: [], isGap: true, place: this.#place };
  }

  /** That it was opened is not enough: it may break at every first poll. */
  #wasGood(): void {
    this.#tries = 0;
    this.#isRenewed = false;
  }

  #changed(channel: string, data: unknown): ChangeNotice {
    this.#wasGood();
    const { replayId, ...notice } = noticeOf(data);
    if (replayId !== null) this.#place = { replay: { ...this.#place.replay, [channel]: replayId } };
    return { ...notice, place: this.#place };
  }

  async #recover(reason: CloseReason, accessToken: string): Promise<void> {
    if (reason === 'expired') throw bookmarkEnded();
    if (reason === 'forbidden') throw forbidden();
    this.#tries += 1;
    if (reason === 'unauthorized' && !this.#isRenewed) {
      this.#isRenewed = true;
      await this.session.tokens.renew(accessToken);
      return;
    }
    if (this.#tries >= triesMax)
      throw unavailable('SALESFORCE', 'Salesforce tells no changes at present; trying again soon.');
    const waitMs = Math.min(this.retry.first * 2 ** (this.#tries - 1), this.retry.longest);
    await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal: this.signal }).catch(() => {});
  }
}

/** @throws AppError CURSOR_EXPIRED when it is not one of ours. */
function parsePlace(from: Cursor): Place {
  const parsed = place.safeParse(from);
  if (parsed.success) return parsed.data;
  throw bookmarkEnded();
}

function forbidden(): AppError {
  return new AppError(
    'CRM_REJECTED',
    'This Salesforce org tells no changes to the connected user. Its administrator can select Contact and Lead in Setup under Change Data Capture.',
  );
}
