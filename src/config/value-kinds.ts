import { z } from 'zod';

/** One key that may encrypt credentials; `id` is stored beside each ciphertext. */
export interface CredentialsKey {
  readonly id: string;
  readonly key: Buffer;
}

/** Text that must be one of `choices`. */
export function choice<const T extends readonly [string, ...string[]]>(choices: T) {
  return z.enum(choices, { error: `must be one of ${choices.join(', ')}` });
}

/** A whole number within both bounds, written in decimal digits only. */
export function wholeNumber(min: number, max: number) {
  return z.string().transform((text, ctx) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    return fault(ctx, `must be a whole number from ${min} to ${max}`);
  });
}

/** A whole number, or `off` (undefined). */
export function wholeNumberOrOff(min: number, max: number) {
  const number = wholeNumber(min, max);
  return z.string().transform((text, ctx) => {
    if (text === 'off') return undefined;
    const parsed = number.safeParse(text);
    return parsed.success ? parsed.data : fault(ctx, `must be a whole number from ${min} to ${max}, or off`);
  });
}

/** A connection URL; returned as written, because drivers read it by rules of their own. */
export function connectionUrl(...protocols: string[]) {
  return z.string().refine((text) => protocols.includes(parseUrl(text)?.protocol ?? ''), {
    error: `must be a URL that begins with ${protocols.map((it) => `${it}//`).join(' or ')}`,
  });
}

/** The address of a web server: no credentials, query or fragment; returned without a trailing slash. */
export function webUrl() {
  return z.string().transform((text, ctx) => {
    const url = parseUrl(text);
    if (url === undefined || !isWeb(url)) return fault(ctx, 'must be an http or https URL');
    if (url.username || url.password) return fault(ctx, 'must not contain a user name or password');
    if (url.search || url.hash) return fault(ctx, 'must not contain a query or a fragment');
    return (url.origin + url.pathname).replace(/\/+$/, '');
  });
}

/** A URL that nobody on the way may change: https, or http to this machine. */
export function trustedUrl() {
  return z.string().refine((text) => isTrusted(parseUrl(text)), {
    error: 'must be an https URL (http is accepted for localhost only)',
  });
}

/** A comma-separated list of origins such as `https://app.example.com`. */
export function originList() {
  return z.string().transform((text, ctx) => {
    const origins = splitList(text).map(parseUrl);
    const plain = origins.every((it) => it && isWeb(it) && it.href === `${it.origin}/`);
    if (!plain || origins.length === 0) {
      return fault(ctx, 'must be a comma list of origins such as https://app.example.com, without a path');
    }
    return [...new Set(origins.map((it) => it!.origin))];
  });
}

/** A comma-separated list of host names; one that begins with a dot stands for all names below it. */
export function hostList() {
  return z.string().transform((text, ctx) => {
    const hosts = splitList(text).map((it) => it.toLowerCase());
    if (hosts.length > 0 && hosts.every((it) => /^\.?[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(it))) return hosts;
    return fault(ctx, 'must be a comma list of host names such as .example.com, without a scheme or port');
  });
}

/** A comma-separated list of `id:base64-of-32-bytes`. */
export function keyList() {
  return z.string().transform((text, ctx) => {
    const keys = splitList(text).map(parseKey);
    if (keys.length === 0 || keys.includes(undefined)) {
      return fault(ctx, 'must be a comma list of id:base64-of-32-bytes; an id is 1 to 16 of A-Z a-z 0-9 _ -');
    }
    const known = keys as CredentialsKey[];
    if (new Set(known.map((it) => it.id)).size < known.length) return fault(ctx, 'names a key id twice');
    return known;
  });
}

function parseKey(text: string): CredentialsKey | undefined {
  const match = /^([A-Za-z0-9_-]{1,16}):([A-Za-z0-9+/_-]{43}=?)$/.exec(text);
  if (!match) return undefined;
  const key = Buffer.from(match[2]!, 'base64');
  return key.length === 32 ? { id: match[1]!, key } : undefined;
}

function fault(ctx: z.RefinementCtx, message: string): never {
  ctx.addIssue({ code: 'custom', message });
  return z.NEVER;
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((it) => it.trim())
    .filter((it) => it !== '');
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isWeb(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}

function isTrusted(url: URL | undefined): boolean {
  if (url === undefined) return false;
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback);
}
