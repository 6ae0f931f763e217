/** One entry of an error body. */
export interface ErrorEntry {
  readonly errorCode: string;
  readonly message: string;
  readonly fields?: readonly string[];
  /** What else goes with it, such as the records that a duplicate rule found. */
  readonly extras?: Readonly<Record<string, unknown>>;
}

/** A refusal of the simulated Salesforce: its status and its body, word for word. */
export class SalesforceRefusal extends Error {
  override readonly name = 'SalesforceRefusal';

  constructor(
    readonly status: number,
    readonly entries: readonly ErrorEntry[],
  ) {
    super(entries[0]?.message ?? String(status));
  }

  /** REST errors are a list of entries. */
  get body(): readonly object[] {
    return this.entries.map(({ extras, errorCode, message, fields }) => ({
      ...extras,
      message,
      errorCode,
      ...(fields && { fields }),
    }));
  }
}

export function refuse(
  status: number,
  errorCode: string,
  message: string,
  fields?: readonly string[],
): SalesforceRefusal {
  return new SalesforceRefusal(status, [{ errorCode, message, fields }]);
}

/** 401: the session ended, or there never was one. */
export function sessionExpired(): SalesforceRefusal {
  return refuse(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
}

/** 403: the org has used up its requests of the last 24 hours. */
export function totalRequestsExceeded(): SalesforceRefusal {
  return refuse(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
}

/** 403: too many long requests at the same moment. */
export function concurrentRequestsExceeded(): SalesforceRefusal {
  return refuse(
    403,
    'REQUEST_LIMIT_EXCEEDED',
    'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
  );
}

/** 404 for a path or a record that is not there. */
export function notFound(): SalesforceRefusal {
  return refuse(404, 'NOT_FOUND', 'The requested resource does not exist');
}

/** 400: the query is none. */
export function malformedQuery(message: string): SalesforceRefusal {
  return refuse(400, 'MALFORMED_QUERY', message);
}

/** 400: the object has no such field, or it cannot be used so. */
export function invalidField(message: string): SalesforceRefusal {
  return refuse(400, 'INVALID_FIELD', message);
}

/** 400: the request's JSON is none, or not of the shape that the resource takes. */
export function jsonParserError(message: string): SalesforceRefusal {
  return refuse(400, 'JSON_PARSER_ERROR', message);
}
