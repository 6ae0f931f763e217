import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CallEntry } from './call-log.js';
import type { LimitBook } from './limit-book.js';

/** What a control request asks to happen to an account's contacts; each a number of records. */
export interface ContactChanges {
  /** One of the platform's kinds of record; undefined: the first of them. */
  readonly object?: string;
  readonly add: number;
  readonly change: number;
  readonly archive: number;
  /** Pairs. */
  readonly merge: number;
  readonly sameMillisecond: number;
}

/** The ids that each verb touched, in the platform's own form. */
export interface TouchedContacts {
  readonly added: string[];
  readonly changed: string[];
  readonly archived: string[];
  readonly merged: { readonly ids: readonly string[]; readonly survivor: string }[];
  readonly sameMillisecond: string[];
}

/** An answer that a platform gives when it fails. */
export interface FaultAnswer {
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Finds the log entry of a request that did not go to the control API. */
export type CallOf = (request: FastifyRequest) => CallEntry;

/**
 * One simulated CRM, as the server and the control API see it.
 * Accounts come into being when first named. Methods throw ControlInputError when asked for the impossible.
 */
export interface Platform {
  readonly limits: LimitBook<string>;
  /** The kinds of record that hold contacts, where there are several. */
  readonly objects?: readonly string[];
  /** Adds the platform's own routes. */
  register(app: FastifyInstance, callOf: CallOf): void;
  /** Adds control calls that only this platform has, such as its webhooks, under the control API's prefix. */
  registerControl?(app: FastifyInstance): void;
  /**
   * The account that a request names by a token, a code or a consent, read without judging them; '' when it
   * names none. Undefined: that stands in its body, which has not been read yet.
   */
  findAccount(request: FastifyRequest): string | undefined;
  countContacts(account: string): { total: number; archived: number };
  /** Every record, archived ones too, in the platform's own shape. */
  listContacts(account: string): unknown[];
  touchContacts(account: string, changes: ContactChanges): TouchedContacts;
  /** Makes every token of that kind of the account useless from now on. */
  expireTokens(account: string, kind: 'access' | 'refresh'): void;
  /** Whether each refresh replaces the refresh token. */
  rotateTokens(account: string, on: boolean): void;
  /** What goes with a failure of that status on that path, for an account (or '', for an unknown one). */
  answerFault(status: number, path: string, account: string): FaultAnswer;
}
