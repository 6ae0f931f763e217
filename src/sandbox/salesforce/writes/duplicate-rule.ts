import type { SObject } from '../records/objects.js';
import type { RecordStore } from '../records/record-store.js';
import { isDeleted, type Row, type Value } from '../records/row.js';
import { WriteFault } from './write-fault.js';

const MESSAGE = 'Use one of these records?';

/**
 * The sandbox's duplicate rule: no two live records of a kind share an e-mail address. The fault's extras bear
 * the key as Salesforce misspells it.
 */
export function findDuplicates(
  store: RecordStore,
  object: SObject,
  values: Readonly<Record<string, Value>>,
  self: Row | undefined,
): WriteFault | undefined {
  const email = emailOf(values);
  if (email === undefined) return undefined;
  const matches = [...store.rows(object.name)].filter(
    (it) => !isDeleted(it) && it.id !== self?.id && emailOf(it.values) === email,
  );
  if (matches.length === 0) return undefined;
  const extras = { duplicateResut: describeMatches(object, matches) };
  return new WriteFault([{ errorCode: 'DUPLICATES_DETECTED', message: MESSAGE, extras }]);
}

function emailOf({ Email }: Readonly<Record<string, Value>>): string | undefined {
  return typeof Email === 'string' ? Email.toLowerCase() : undefined;
}

function describeMatches({ name }: SObject, matches: readonly Row[]): object {
  const matchRecords = matches.map(({ id }) => ({
    additionalInformation: [],
    fieldDiffs: [],
    matchConfidence: 100.0,
    record: { attributes: { type: name, url: `/services/data/v67.0/sobjects/${name}/${id}` }, Id: id },
  }));
  return {
    allowSave: true,
    duplicateRule: `Standard_${name}_Duplicate_Rule`,
    duplicateRuleEntityType: name,
    errorMessage: MESSAGE,
    matchResults: [
      {
        entityType: name,
        errors: [],
        matchEngine: 'FuzzyMatchEngine',
        matchRecords,
        rule: `Standard_${name}_Match_Rule_v1_1`,
        size: matchRecords.length,
        success: true,
      },
    ],
  };
}
