import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const SIGNATURE_BYTES = 15;

/** A fresh random name, for a grant, a token or a life of the sandbox. */
export function createSerial(): string {
  return randomBytes(6).toString('base64url');
}

/** Writes fields into an opaque text, signed so that nobody else can make one. Fields must not hold a `|`. */
export function sealFields(fields: readonly string[], secret: string): string {
  const payload = Buffer.from(fields.join('|')).toString('base64url');
  return `${payload}.${sign(payload, secret)}`;
}

/** Reads what `sealFields` wrote; undefined when the text is none, or not signed with this secret. */
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
