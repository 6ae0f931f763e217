/** A literal of a query. */
export type Literal =
  /** `written`: its signs, escapes not yet read, because LIKE reads them in another way. */
  | { readonly kind: 'string'; readonly value: string; readonly written: readonly string[] }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** Epoch ms. */
  | { readonly kind: 'datetime'; readonly value: number }
  | { readonly kind: 'date'; readonly value: string }
  | { readonly kind: 'null'; readonly value: null };

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'IN' | 'LIKE';

/** A condition as it is written. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Condition[] }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: Operator;
      /** One, except with IN. */
      readonly literals: readonly Literal[];
    };

export interface Order {
  readonly field: string;
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

/** A query as it is written; names are not checked yet. */
export interface Query {
  /** Undefined: `COUNT()`. */
  readonly fields?: readonly string[];
  readonly from: string;
  readonly where?: Condition;
  readonly orderBy: readonly Order[];
  readonly limit?: number;
  readonly offset?: number;
}
