import { createHmac } from 'node:crypto';
import { SANDBOX_CLIENT } from '../../src/sandbox/index.js';

interface Delivery {
  readonly body: string;
  readonly secret?: string;
  /** When it was signed (epoch ms); default now. */
  readonly at?: number;
  /** What the signature is over; default the address that is called. */
  readonly signedUrl?: string;
}

/** What one who knows the secret, or does not, sends as HubSpot would; gives the answer's status and code. */
export async function deliver(
  url: string,
  { body, secret = SANDBOX_CLIENT.clientSecret, at = Date.now(), signedUrl = url }: Delivery,
): Promise<{ status: number; code: string | undefined }> {
  const timestamp = String(at);
  const signature = createHmac('sha256', secret)
    .update(`POST${signedUrl}${body}${timestamp}`)
    .digest('base64');
  const reply = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hubspot-signature-v3': signature,
      'x-hubspot-request-timestamp': timestamp,
    },
    body,
  });
  const text = await reply.text();
  const answer = text === '' ? undefined : JSON.parse(text);
  return { status: reply.status, code: answer?.errors?.[0]?.extensions?.code };
}
