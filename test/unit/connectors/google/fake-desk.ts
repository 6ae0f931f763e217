import { classify } from '../../../../src/connectors/google/errors.js';
import { readsRule, writesRule } from '../../../../src/connectors/google/limits.js';
import { createContactWriter } from '../../../../src/connectors/google/writer.js';
import type { RecordWrite, WriteOutcome } from '../../../../src/connectors/index.js';
import type { ApiRequest, HttpSession } from '../../../../src/connectors/kit/session.js';

type Json = Readonly<Record<string, unknown>>;
/** An answer with its status; a body alone is a good one. */
type Answer = Json | readonly [status: number, body: Json];
type Desk = (request: ApiRequest & { readonly body: Json }) => Answer;

export const showsWritesAfterMs = 120_000;

export const writer = createContactWriter({
  ruleOf: (accountId) => readsRule(accountId, 90),
  writesRuleOf: (accountId) => writesRule(accountId, 30),
  showsWritesAfterMs,
});

/** Google's replies to writes as a test makes them up, by the last word of the path; it keeps what it was asked. */
export class FakeDesk {
  readonly asked: ApiRequest[] = [];
  #atWork = 0;

  constructor(private readonly desks: Readonly<Record<string, Desk>>) {}

  readonly session: HttpSession = {
    accountId: '1170',
    calls: 0,
    call: async (request) => {
      if (this.#atWork++ > 0) throw new Error('two calls of one account at once');
      await Promise.resolve();
      this.#atWork--;
      this.asked.push(request);
      const name = request.path.split(/[/:]/).at(-1)!;
      const answer = this.desks[name]!({ ...request, body: (request.body ?? {}) as Json });
      const [status, body] = Array.isArray(answer) ? (answer as [number, Json]) : [200, answer as Json];
      const reply = { status, headers: {}, at: null, body };
      if (status >= 400) throw classify(reply);
      return reply;
    },
  };

  /** How often each was asked. */
  get words(): string[] {
    return this.asked.map(({ path }) => path.split(/[/:]/).at(-1)!);
  }

  async send(writes: readonly RecordWrite[]): Promise<ReadonlyMap<string, WriteOutcome>> {
    const outcomes = await writer.write(this.session, writes, new AbortController().signal);
    if (outcomes.length !== writes.length) throw new Error('not one answer for each');
    return new Map(outcomes.map((it) => [it.id, it]));
  }
}

/** google.rpc.Status as an error's body. */
export function refusal(status: string, details: readonly Json[] = []): Json {
  return { error: { status, message: 'about jane@example.com', details } };
}

export function failed(kind: 'Create' | 'Update', contactErrors: Json): Json {
  const type = `type.googleapis.com/google.people.v1.Batch${kind}ContactsErrorDetails`;
  return refusal('INVALID_ARGUMENT', [{ '@type': type, contactErrors }]);
}
