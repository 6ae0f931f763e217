import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const SIGNATURE_BYTES = 18;

/** A fresh random name for a grant or a token. */
export function createSerial(): string {
  return randomBytes(6).toString('base64url');
}

/**
 * Writes fields (none may contain `|`) and an HMAC over them as one text, so that a token can be read again
 * after a restart: it is signed, not stored.
 */
export function sealFields(fields: readonly string[], secret: string): string {
  const payload = Buffer.from(fields.join('|')).toString('base64url');
  return `${payload}.${sign(payload, secret)}`;
}

/** Reads what `sealFields` wrote; undefined when it is none, or not signed with this secret. */
export function openFields(text: string, secret: string): string[] | undefined {
  const [payload = '', signature = ''] = text.split('.');
  const expected = Buffer.from(sign(payload, secret));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  return Buffer.from(payload, 'base64url').toString().split('|');
}

function sign(payload: string, secret: string): string {
  return createHmac('sha256', secret)
    .update(payload)
    .digest()
    .subarray(0, SIGNATURE_BYTES)
    .toString('base64url');
}
