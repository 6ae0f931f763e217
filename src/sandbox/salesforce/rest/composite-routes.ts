import { jsonParserError, notFound, refuse, SalesforceRefusal } from '../replies.js';
import { ok, type RestAnswer, type RestCall, type RestRoute } from './rest-route.js';
import { readRecord } from './sobject-routes.js';

const MOST_SUBREQUESTS = 25;
const DATA = /^(?:\/services\/data\/)?(v\d+\.0)(\/[^?]*)(?:\?(.*))?$/;

interface Subrequest {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
  readonly referenceId?: string;
}

/** Several calls in one: `/composite` counts as one call, each part of `/composite/batch` as one more. */
export function createCompositeRoutes(
  routes: readonly RestRoute[],
  countMore: (call: RestCall, calls: number) => void,
): RestRoute[] {
  const run = (call: RestCall, sub: Subrequest): RestAnswer => runOne(routes, call, sub);
  return [
    { method: 'POST', path: '/composite', handle: (call) => composite(call, run) },
    { method: 'POST', path: '/composite/batch', handle: (call) => batch(call, run, countMore) },
  ];
}

type Run = (call: RestCall, sub: Subrequest) => RestAnswer;

function composite(call: RestCall, run: Run): RestAnswer {
  const answers = new Map<string, unknown>();
  const parts = readList(readRecord(call).compositeRequest).map((sub) => {
    const { status, body = null, headers = {} } = run(call, resolveReferences(sub, answers));
    answers.set(sub.referenceId ?? '', body);
    return { body, httpHeaders: headers, httpStatusCode: status, referenceId: sub.referenceId };
  });
  return ok({ compositeResponse: parts });
}

function batch(call: RestCall, run: Run, countMore: (call: RestCall, calls: number) => void): RestAnswer {
  const { batchRequests, haltOnError } = readRecord(call);
  const parts = readList(batchRequests);
  countMore(call, Math.max(0, parts.length - 1));
  let hasErrors = false;
  const results = parts.map((part) => {
    const { method, url, richInput } = part as Subrequest & { richInput?: unknown };
    if (hasErrors && haltOnError === true) return HALTED;
    const { status, body = null } = run(call, { method, url, body: richInput });
    hasErrors ||= status >= 400;
    return { statusCode: status, result: body };
  });
  return ok({ hasErrors, results });
}

const HALTED = {
  statusCode: 412,
  result: [
    {
      errorCode: 'BATCH_PROCESSING_HALTED',
      message: 'Batch processing halted per request',
    },
  ],
};

function readList(list: unknown): Subrequest[] {
  if (!Array.isArray(list)) throw jsonParserError('A list of requests was expected.');
  if (list.length > MOST_SUBREQUESTS) {
    throw refuse(400, 'LIMIT_EXCEEDED', `A request cannot have more than ${MOST_SUBREQUESTS} parts.`);
  }
  return list as Subrequest[];
}

/** `@{reference.id}` in an address or a body stands for what an earlier part answered. */
function resolveReferences(sub: Subrequest, answers: ReadonlyMap<string, unknown>): Subrequest {
  const text = JSON.stringify(sub).replace(
    /@\{([A-Za-z0-9_]+)\.([A-Za-z0-9_]+)\}/g,
    (all, reference, name) => {
      const answer = answers.get(reference) as Record<string, unknown> | undefined;
      return answer?.[name] === undefined ? all : String(answer[name]);
    },
  );
  return JSON.parse(text) as Subrequest;
}

function runOne(routes: readonly RestRoute[], call: RestCall, sub: Subrequest): RestAnswer {
  const [, version = '', path = '', search = ''] = DATA.exec(sub.url) ?? [];
  try {
    const match = findRoute(routes, sub.method, path);
    if (!match) throw notFound();
    const query = Object.fromEntries(new URLSearchParams(search));
    return match.route.handle({ ...call, version, query, params: match.params, body: sub.body });
  } catch (error) {
    if (!(error instanceof SalesforceRefusal)) throw error;
    return { status: error.status, body: error.body };
  }
}

/** The route of a path; one with fewer open parts goes before others. */
function findRoute(routes: readonly RestRoute[], method: string, path: string) {
  const parts = path.replace(/\/$/, '').split('/');
  let best: { route: RestRoute; params: Record<string, string> } | undefined;
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.path.split('/'), parts) : undefined;
    const isBetter = params && (!best || Object.keys(params).length < Object.keys(best.params).length);
    if (isBetter) best = { route, params };
  }
  return best;
}

function matchPath(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, want] of pattern.entries()) {
    const part = parts[index]!;
    if (want.startsWith(':')) params[want.slice(1)] = decodeURIComponent(part);
    else if (want !== part) return undefined;
  }
  return params;
}
