import { CONTACT_PROPERTIES, type ContactProperty, SEARCHED_PROPERTIES } from './contact-properties.js';
import type { ContactVersion } from './contact-record.js';
import { invalid } from './replies.js';
import { readNumber } from './search-index.js';

/** One condition of a search request, already of the document's shape. */
export interface Filter {
  readonly propertyName: string;
  readonly operator: string;
  readonly value?: string;
  readonly highValue?: string;
  readonly values?: readonly string[];
}

/** Whether a contact fits. */
export type Condition = (version: ContactVersion) => boolean;

/** Groups are alternatives; the filters of a group must all fit. Throws HubspotRefusal on a bad filter. */
export function compileFilterGroups(groups: readonly { readonly filters: readonly Filter[] }[]): Condition {
  const alternatives = groups.map((group) => group.filters.map(compileFilter));
  if (alternatives.length === 0) return () => true;
  return (version) => alternatives.some((conditions) => conditions.every((fits) => fits(version)));
}

/** Free-text search: every word must occur in one of the searched properties. */
export function compileQuery(query: string | undefined): Condition {
  const words = (query ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return () => true;
  return (version) => {
    const text = SEARCHED_PROPERTIES.map((it) => version.properties[it] ?? '')
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

function compileFilter(filter: Filter): Condition {
  const property = CONTACT_PROPERTIES.get(filter.propertyName);
  if (!property) {
    throw invalid(`There was a problem with the request: no property "${filter.propertyName}".`, {
      context: { propertyName: [filter.propertyName] },
    });
  }
  if (filter.operator === 'HAS_PROPERTY') return (version) => readText(version, property.name) !== undefined;
  if (filter.operator === 'NOT_HAS_PROPERTY') {
    return (version) => readText(version, property.name) === undefined;
  }
  if (filter.operator.endsWith('CONTAINS_TOKEN')) return compileToken(property, filter);
  const isNumeric = property.kind === 'moment' || property.kind === 'number';
  return isNumeric ? compileNumeric(property, filter) : compileText(property, filter);
}

function compileNumeric(property: ContactProperty, filter: Filter): Condition {
  const read = (text: string): number => readBound(property, text);
  const compare = compileComparison(filter, read);
  return (version) => {
    const value = readNumber(version, property.name);
    return value !== undefined && compare(value);
  };
}

function compileText(property: ContactProperty, filter: Filter): Condition {
  const compare = compileComparison(filter, (text) => text.toLowerCase());
  return (version) => {
    const value = readText(version, property.name);
    return value !== undefined && compare(value);
  };
}

/** Only contacts that have a value fit, also with the negative operators. */
function compileComparison<T extends string | number>(
  filter: Filter,
  read: (text: string) => T,
): (value: T) => boolean {
  const bound = (name: 'value' | 'highValue'): T => read(need(filter, name));
  switch (filter.operator) {
    case 'EQ':
      return equalTo(bound('value'));
    case 'NEQ':
      return negate(equalTo(bound('value')));
    case 'LT':
      return below(bound('value'));
    case 'GTE':
      return negate(below(bound('value')));
    case 'GT':
      return above(bound('value'));
    case 'LTE':
      return negate(above(bound('value')));
    case 'BETWEEN': {
      const [low, high] = [bound('value'), bound('highValue')];
      return (value) => value >= low && value <= high;
    }
    case 'IN':
      return oneOf(needList(filter).map(read));
    case 'NOT_IN':
      return negate(oneOf(needList(filter).map(read)));
    default:
      throw invalid(`Unknown operator ${filter.operator}.`);
  }
}

const equalTo =
  <T>(bound: T) =>
  (value: T): boolean =>
    value === bound;
const below =
  <T>(bound: T) =>
  (value: T): boolean =>
    value < bound;
const above =
  <T>(bound: T) =>
  (value: T): boolean =>
    value > bound;
const oneOf = <T>(bounds: readonly T[]): ((value: T) => boolean) => {
  const set = new Set(bounds);
  return (value) => set.has(value);
};
const negate =
  <T>(test: (value: T) => boolean) =>
  (value: T): boolean =>
    !test(value);

/** A token is a word of the value; `*` stands for any signs and may also span the whole value. */
function compileToken(property: ContactProperty, filter: Filter): Condition {
  const wanted = need(filter, 'value').toLowerCase();
  const isNegative = filter.operator.startsWith('NOT_');
  const contains = wanted.includes('*') ? matchPattern(wanted) : containWords(wanted);
  return (version) => {
    const value = readText(version, property.name);
    return value !== undefined && contains(value) !== isNegative;
  };
}

function containWords(wanted: string): (value: string) => boolean {
  const words = splitWords(wanted);
  return (value) => {
    const present = new Set(splitWords(value));
    return words.every((word) => present.has(word));
  };
}

function matchPattern(wanted: string): (value: string) => boolean {
  const escaped = wanted.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${escaped.join('[^]*')}$`, 'u');
  return (value) => pattern.test(value) || splitWords(value).some((word) => pattern.test(word));
}

function splitWords(text: string): string[] {
  return text.split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean);
}

/** The lower-case value of a property, or undefined when unset. */
function readText(version: ContactVersion, property: string): string | undefined {
  const kind = CONTACT_PROPERTIES.get(property)?.kind;
  if (kind === 'moment' || kind === 'number') return readNumber(version, property)?.toString();
  return version.properties[property]?.toLowerCase();
}

/** Epoch ms or ISO 8601 for a moment, a number for a number. */
function readBound(property: ContactProperty, text: string): number {
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const value = isNumber ? Number(text) : property.kind === 'moment' ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(value)) {
    throw invalid(`There was a problem with the request: "${text}" is no value of ${property.name}.`, {
      context: { propertyName: [property.name] },
    });
  }
  return value;
}

function need(filter: Filter, field: 'value' | 'highValue'): string {
  const value = filter[field];
  if (value === undefined) {
    throw invalid(`There was a problem with the request: ${filter.operator} needs ${field}.`);
  }
  return value;
}

function needList(filter: Filter): readonly string[] {
  if (!filter.values || filter.values.length === 0) {
    throw invalid(`There was a problem with the request: ${filter.operator} needs values.`);
  }
  return filter.values;
}
