import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError, badInput } from '../../domain/index.js';
import type { AccountChanges, WebhookDelivery, Webhooks } from '../contract.js';
import { type ContactEvent, collectChanges } from './changed-objects.js';

interface WebhooksOptions {
  /** HubSpot signs with it. */
  readonly clientSecret: string;
  readonly now?: () => number;
}

/** HubSpot: "reject the message if the timestamp is older than 5 minutes". */
const oldestMs = 5 * 60_000;
/** HubSpot's clock may be ahead of ours by as much. */
const aheadMs = 60_000;

/** HubSpot's webhooks, by their signature of version 3 alone: the older ones cover less, and no time. */
export function createHubspotWebhooks({ clientSecret, now = Date.now }: WebhooksOptions): Webhooks {
  return {
    read(delivery) {
      if (!isSigned(delivery, clientSecret, now())) {
        throw new AppError(
          'UNAUTHENTICATED',
          'The delivery is not signed by HubSpot, or was too long on its way.',
        );
      }
      return readEvents(delivery.body);
    },
  };
}

function isSigned({ method, url, headers, body }: WebhookDelivery, secret: string, now: number): boolean {
  const signature = headers['x-hubspot-signature-v3'];
  const timestamp = headers['x-hubspot-request-timestamp'];
  if (typeof signature !== 'string' || typeof timestamp !== 'string' || !/^\d{1,15}$/.test(timestamp))
    return false;
  const ageMs = now - Number(timestamp);
  if (ageMs > oldestMs || ageMs < -aheadMs) return false;
  const hmac = createHmac('sha256', secret).update(method + decodeUri(url));
  const wanted = Buffer.from(hmac.update(body).update(timestamp).digest('base64'));
  const given = Buffer.from(signature);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** What HubSpot decodes before it signs, and nothing else (its guide on validating requests). */
const decoded = /%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

function decodeUri(url: string): string {
  return url.replace(decoded, (escaped) => String.fromCharCode(Number.parseInt(escaped.slice(1), 16)));
}

function readEvents(body: Buffer): AccountChanges[] {
  const events = parse(body);
  if (!Array.isArray(events)) throw badInput('body', 'The body is not a list of events.');
  return collectChanges(events.map(readEvent).filter(isOfContact));
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw badInput('body', 'The body is not valid JSON.');
  }
}

interface WebhookEvent extends ContactEvent {
  readonly subscriptionType?: unknown;
  /** What some examples of HubSpot's call the type. */
  readonly eventType?: unknown;
  readonly objectTypeId?: unknown;
}

function readEvent(event: unknown): WebhookEvent {
  return event ?? {};
}

/** `contact.*`, or `object.*` about contacts. */
function isOfContact({ subscriptionType, eventType, objectTypeId }: WebhookEvent): boolean {
  const type = String(subscriptionType ?? eventType);
  return type.startsWith('contact.') || (type.startsWith('object.') && objectTypeId === '0-1');
}
