import type { Field, FieldType } from '../records/fields.js';

const NUMBERS: ReadonlySet<FieldType> = new Set(['double', 'currency', 'int']);
/** Longer texts are long text areas, which cannot be filtered or sorted by. */
const LONGEST_FILTERABLE = 255;
/** Bytes that a character may take. */
const BYTES_PER_CHARACTER = 3;

const SOAP_TYPES: Readonly<Partial<Record<FieldType, string>>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  double: 'xsd:double',
  currency: 'xsd:double',
  int: 'xsd:int',
};

/** A field with the keys that a describe of a live org has. */
export function describeField(field: Field): object {
  const { name, type, length, isRequired, isWritable, isUnique, parent } = field;
  const isFilterable = length <= LONGEST_FILTERABLE;
  const isKey = type === 'id' || type === 'reference';
  return {
    ...UNUSED,
    aggregatable: isFilterable && type !== 'boolean',
    byteLength: isKey ? length : length * BYTES_PER_CHARACTER,
    createable: isWritable,
    custom: name.endsWith('__c'),
    defaultValue: type === 'boolean' ? false : null,
    defaultedOnCreate: isRequired && type !== 'string',
    digits: type === 'int' ? 8 : 0,
    externalId: isUnique,
    filterable: isFilterable,
    groupable: isFilterable && type !== 'datetime' && !NUMBERS.has(type),
    idLookup: type === 'id' || type === 'email' || isUnique,
    label: field.label,
    length,
    name,
    nameField: name === 'Name',
    nillable: !isRequired,
    permissionable: isWritable && !isRequired,
    precision: type === 'currency' || type === 'double' ? 18 : 0,
    referenceTo: parent ? [parent.object] : [],
    relationshipName: parent?.relationship ?? null,
    soapType: SOAP_TYPES[type] ?? 'xsd:string',
    sortable: isFilterable,
    type,
    unique: isUnique,
    updateable: isWritable,
  };
}

/** Keys whose values are the same for every field that the sandbox has. */
const UNUSED = {
  aiPredictionField: false,
  autoNumber: false,
  calculated: false,
  calculatedFormula: null,
  cascadeDelete: false,
  caseSensitive: false,
  compoundFieldName: null,
  controllerName: null,
  defaultValueFormula: null,
  dependentPicklist: false,
  deprecatedAndHidden: false,
  displayLocationInDecimal: false,
  encrypted: false,
  extraTypeInfo: null,
  filteredLookupInfo: null,
  formulaTreatNullNumberAsZero: false,
  highScaleNumber: false,
  htmlFormatted: false,
  inlineHelpText: null,
  mask: null,
  maskType: null,
  namePointing: false,
  picklistValues: [],
  polymorphicForeignKey: false,
  queryByDistance: false,
  referenceTargetField: null,
  relationshipOrder: null,
  restrictedDelete: false,
  restrictedPicklist: false,
  scale: 0,
  searchPrefilterable: false,
  writeRequiresMasterRead: false,
};
