/** A refusal of the simulated Google: its status, its body, word for word, and headers that go with it. */
export class GoogleRefusal extends Error {
  override readonly name = 'GoogleRefusal';

  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>>,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(String((body.error as { message?: string })?.message ?? body.error ?? status));
  }
}

/** The project of the registered app, as Google numbers it. */
const PROJECT = '410000000001';
const SERVICE = 'people.googleapis.com';
const TYPES = 'type.googleapis.com/google.rpc';
/** Codes of google.rpc.Code, which statuses of single records in batches carry. */
const RPC_CODES: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  FAILED_PRECONDITION: 9,
};

type Detail = Readonly<Record<string, unknown>>;

function refuse(
  code: number,
  status: string,
  message: string,
  details?: readonly Detail[],
  headers?: Readonly<Record<string, string>>,
): GoogleRefusal {
  return new GoogleRefusal(code, { error: { code, message, status, ...(details && { details }) } }, headers);
}

function describeReason(reason: string, domain: string, metadata?: Readonly<Record<string, string>>): Detail {
  return { '@type': `${TYPES}.ErrorInfo`, reason, domain, ...(metadata && { metadata }) };
}

/** 400: the request breaks a rule of the API. */
export function invalid(message: string, details?: readonly Detail[]): GoogleRefusal {
  return refuse(400, 'INVALID_ARGUMENT', message, details);
}

/** 400: a field of the query or body that the API does not know, or of the wrong type. */
export function invalidField(description: string, field?: string): GoogleRefusal {
  const fieldViolations = [{ ...(field && { field }), description }];
  return invalid(description, [{ '@type': `${TYPES}.BadRequest`, fieldViolations }]);
}

/** 400: the record or the account is not in the state that the request needs. */
export function failedPrecondition(message: string): GoogleRefusal {
  return refuse(400, 'FAILED_PRECONDITION', message);
}

/** 400, not 410: seven days have passed since the full sync that began the chain of tokens. */
export function expiredSyncToken(): GoogleRefusal {
  return refuse(
    400,
    'FAILED_PRECONDITION',
    'Sync token is expired. Clear local cache and retry call without the sync token.',
    [describeReason('EXPIRED_SYNC_TOKEN', SERVICE)],
  );
}

/** 404: no such person or group, or no more. */
export function notFound(): GoogleRefusal {
  return refuse(404, 'NOT_FOUND', 'Requested entity was not found.');
}

/** 409: the name is taken. */
export function alreadyExists(message: string): GoogleRefusal {
  return refuse(409, 'ALREADY_EXISTS', message);
}

/** 401: no token, or one that is not valid (any more). `method` is the RPC's full name. */
export function unauthenticated(reason: 'CREDENTIALS_MISSING' | 'ACCESS_TOKEN_EXPIRED', method: string) {
  const realm = 'Bearer realm="https://accounts.google.com/"';
  const isMissing = reason === 'CREDENTIALS_MISSING';
  const words = isMissing
    ? 'Request is missing required authentication credential.'
    : 'Request had invalid authentication credentials.';
  const message = `${words} Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.`;
  const info = describeReason(reason, 'googleapis.com', { service: SERVICE, method });
  const header = isMissing ? realm : `${realm}, error="invalid_token"`;
  return refuse(401, 'UNAUTHENTICATED', message, [info], { 'www-authenticate': header });
}

/** 403: the token has none of the scopes of which one is needed. */
export function insufficientScopes(method: string, scopes: readonly string[]): GoogleRefusal {
  const info = describeReason('ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'googleapis.com', {
    service: SERVICE,
    method,
  });
  const header = `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="${scopes.join(' ')}"`;
  return refuse(403, 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.', [info], {
    'www-authenticate': header,
  });
}

/** 403: the People API is not switched on in the app's project. */
export function serviceDisabled(): GoogleRefusal {
  const url = `https://console.developers.google.com/apis/api/${SERVICE}/overview?project=${PROJECT}`;
  const message = `People API has not been used in project ${PROJECT} before or it is disabled. Enable it by visiting ${url} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`;
  const links = [{ description: 'Google developers console API activation', url }];
  return refuse(403, 'PERMISSION_DENIED', message, [
    { '@type': `${TYPES}.Help`, links },
    describeReason('SERVICE_DISABLED', 'googleapis.com', {
      service: SERVICE,
      consumer: `projects/${PROJECT}`,
    }),
  ]);
}

const QUOTAS = {
  read: { words: 'Critical read requests (Contact and Profile Reads)', name: 'Reads', metric: 'read' },
  write: { words: 'Critical write requests (Contact and Profile Writes)', name: 'Writes', metric: 'write' },
} as const;

/** 429 of the quota per minute and user. Google sends no Retry-After with it. */
export function overQuota(kind: keyof typeof QUOTAS): GoogleRefusal {
  const { words, name, metric } = QUOTAS[kind];
  const message = `Quota exceeded for quota metric '${words}' and limit '${words} per minute per user' of service '${SERVICE}' for consumer 'project_number:${PROJECT}'.`;
  const info = describeReason('RATE_LIMIT_EXCEEDED', 'googleapis.com', {
    quota_limit: `Critical${name}PerMinutePerProjectPerUser`,
    service: SERVICE,
    quota_metric: `${SERVICE}/critical_${metric}_requests`,
    consumer: `projects/${PROJECT}`,
  });
  return refuse(429, 'RESOURCE_EXHAUSTED', message, [info]);
}

/** 429 of the fixed quota behind the API, which first pages of full syncs have for themselves. */
export function overFixedQuota(): GoogleRefusal {
  const violations = [{ subject: 'QUOTA_EXCEEDED', description: 'FBS quota limit exceeded' }];
  return refuse(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).', [
    { '@type': `${TYPES}.QuotaFailure`, violations },
  ]);
}

/** A refusal as the status of one record in a batch (google.rpc.Status). */
export function toStatus(refusal: GoogleRefusal): {
  code: number;
  message: string;
  details?: readonly Detail[];
} {
  const { status, message, details } = refusal.body.error as {
    status: string;
    message: string;
    details?: readonly Detail[];
  };
  return { code: RPC_CODES[status] ?? 2, message, ...(details && { details }) };
}

/** A batch of writes of which some records are wrong: nothing was written. */
export function failedBatch(
  kind: 'Create' | 'Update',
  first: GoogleRefusal,
  contactErrors: Readonly<Record<string, object>>,
): GoogleRefusal {
  const { status, message } = first.body.error as { status: string; message: string };
  const type = `type.googleapis.com/google.people.v1.Batch${kind}ContactsErrorDetails`;
  return refuse(first.status, status, message, [{ '@type': type, contactErrors }]);
}

/** An error of the OAuth endpoints, whose bodies have a shape of their own. */
export function refuseGrant(error: string, description: string, status = 400): GoogleRefusal {
  return new GoogleRefusal(status, { error, error_description: description });
}

/** 400: the refresh token is dead. */
export function deadGrant(): GoogleRefusal {
  return refuseGrant('invalid_grant', 'Token has been expired or revoked.');
}

/** The body of any other failure, for errors of the transport and injected ones. */
export function describeFailure(status: number): GoogleRefusal {
  const words: Readonly<Record<number, readonly [status: string, message: string]>> = {
    400: ['INVALID_ARGUMENT', 'Request contains an invalid argument.'],
    403: ['PERMISSION_DENIED', 'The caller does not have permission'],
    404: ['NOT_FOUND', 'Requested entity was not found.'],
    409: ['ABORTED', 'The operation was aborted.'],
    413: ['INVALID_ARGUMENT', 'Request payload size exceeds the limit.'],
    500: ['INTERNAL', 'Internal error encountered.'],
    503: ['UNAVAILABLE', 'The service is currently unavailable.'],
    504: ['DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'],
  };
  const [name, message] = words[status] ?? ['UNKNOWN', 'There was a problem with the request.'];
  return refuse(status, name, message);
}
