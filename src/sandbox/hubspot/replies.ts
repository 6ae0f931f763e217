import { randomUUID } from 'node:crypto';

/** One entry of `errors` in an error body. */
export interface ErrorDetail {
  readonly message: string;
  readonly code?: string;
  readonly in?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** What an error body may carry besides its message. */
interface ErrorExtras {
  readonly errors?: readonly ErrorDetail[];
  readonly context?: Readonly<Record<string, readonly string[]>>;
  readonly subCategory?: string;
}

/** A refusal of the simulated HubSpot: its status and its body, word for word. */
export class HubspotRefusal extends Error {
  override readonly name = 'HubspotRefusal';

  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>>,
  ) {
    super(String(body.message ?? status));
  }
}

function refuse(status: number, category: string, message: string, extras: object = {}): HubspotRefusal {
  const correlationId = randomUUID();
  return new HubspotRefusal(status, { status: 'error', message, correlationId, ...extras, category });
}

/** 400: the request breaks a rule of the API. */
export function invalid(message: string, extras?: ErrorExtras): HubspotRefusal {
  return refuse(400, 'VALIDATION_ERROR', message, extras);
}

/** 404 for a record that is not there (or archived, when a live one is wanted). */
export function notFound(): HubspotRefusal {
  return refuse(404, 'OBJECT_NOT_FOUND', 'resource not found');
}

/** 409: another live contact has this e-mail address. */
export function alreadyExists(id: number): HubspotRefusal {
  return refuse(409, 'CONFLICT', `Contact already exists. Existing ID: ${id}`);
}

/** 414: a merge would make a record out of more others than HubSpot allows. */
export function tooManyMerged(most: number): HubspotRefusal {
  return refuse(414, 'VALIDATION_ERROR', `A contact cannot stand for more than ${most} merged records.`);
}

/** 401 for an access token past its time; both moments in epoch ms. */
export function expired(expiredAt: number, now: number): HubspotRefusal {
  const seconds = Math.max(0, Math.floor((now - expiredAt) / 1000));
  const message = `The OAuth token used to make this call expired ${seconds} second(s) ago.`;
  const context = { 'expire time': [new Date(expiredAt).toISOString()] };
  return refuse(401, 'EXPIRED_AUTHENTICATION', message, { context });
}

/** 401 for no token, or one that HubSpot never gave out. */
export function unauthenticated(): HubspotRefusal {
  const message =
    'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview';
  return refuse(401, 'INVALID_AUTHENTICATION', message);
}

/** 403: the token has none of the scopes of which one is needed. */
export function missingScopes(scopes: readonly string[]): HubspotRefusal {
  const link = 'https://developers.hubspot.com/scopes';
  const message = `This app hasn't been granted all required scopes to make this call. Read more about required scopes here: ${link}.`;
  const detail = {
    message: 'One or more of the following scopes are required.',
    context: { requiredGranularScopes: scopes },
  };
  return refuse(403, 'MISSING_SCOPES', message, { errors: [detail], links: { scopes: link } });
}

/** Names of HubSpot's limits, with the words of their messages. */
const POLICIES = {
  TEN_SECONDLY_ROLLING: 'ten_secondly_rolling',
  SECONDLY: 'secondly',
  DAILY: 'daily',
} as const;

/** 429. HubSpot sends no Retry-After with it. */
export function overLimit(policyName: keyof typeof POLICIES): HubspotRefusal {
  return new HubspotRefusal(429, {
    status: 'error',
    message: `You have reached your ${POLICIES[policyName]} limit.`,
    errorType: 'RATE_LIMIT',
    correlationId: randomUUID(),
    policyName,
    requestId: randomUUID(),
  });
}

/** 400 of the OAuth endpoints, whose bodies have a shape of their own. */
export function refuseGrant(
  error: string,
  status: string,
  message: string,
  description = message,
): HubspotRefusal {
  return new HubspotRefusal(400, {
    error,
    error_description: description,
    status,
    message,
    correlationId: randomUUID(),
  });
}

/** The body of any other failure, for errors of the transport and injected ones. */
export function describeFailure(status: number): HubspotRefusal {
  const words: Readonly<Record<number, readonly [category: string, message: string]>> = {
    400: ['VALIDATION_ERROR', 'Invalid input (details will vary based on the error)'],
    403: ['MISSING_SCOPES', "This app hasn't been granted all required scopes to make this call."],
    404: ['OBJECT_NOT_FOUND', 'resource not found'],
    415: ['VALIDATION_ERROR', 'Unsupported Media Type'],
    423: ['LOCKED', 'The resource is locked; wait at least 2 seconds.'],
    477: ['MIGRATION_IN_PROGRESS', 'The account is being migrated to another data center.'],
    500: ['INTERNAL_ERROR', 'internal error'],
    503: ['SERVICE_UNAVAILABLE', 'The service is temporarily unavailable.'],
  };
  const [category, message] = words[status] ?? ['INTERNAL_ERROR', 'There was a problem with the request.'];
  return refuse(status, category, message);
}
