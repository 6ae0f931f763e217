import { listObjects, type SObject } from '../records/objects.js';
import { describeField } from './describe-field.js';
import { ok, type RestAnswer, type RestCall, type RestRoute } from './rest-route.js';
import { readObjectPath } from './sobject-routes.js';

const BATCH_SIZE = 200;

/** What there is: the resources of a version, the objects, and the fields of each. */
export const DESCRIBE_ROUTES: readonly RestRoute[] = [
  { method: 'GET', path: '', handle: listResources },
  { method: 'GET', path: '/sobjects', handle: describeGlobal },
  { method: 'GET', path: '/sobjects/:object', handle: describeBriefly },
  { method: 'GET', path: '/sobjects/:object/describe', handle: describeObject },
];

function listResources({ version, identityUrl }: RestCall): RestAnswer {
  const base = `/services/data/${version}`;
  const names = ['sobjects', 'query', 'queryAll', 'limits', 'composite', 'jobs'];
  const resources = Object.fromEntries(names.map((it) => [it, `${base}/${it}`]));
  return ok({ ...resources, identity: identityUrl });
}

function describeGlobal({ version }: RestCall): RestAnswer {
  const sobjects = listObjects().map((it) => describeSummary(it, version));
  return ok({ encoding: 'UTF-8', maxBatchSize: BATCH_SIZE, sobjects });
}

function describeBriefly(call: RestCall): RestAnswer {
  return ok({ objectDescribe: describeSummary(readObjectPath(call), call.version), recentItems: [] });
}

function describeObject(call: RestCall): RestAnswer {
  const object = readObjectPath(call);
  return ok({
    ...describeSummary(object, call.version),
    actionOverrides: [],
    childRelationships: [],
    compactLayoutable: true,
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    fields: [...object.fields.values()].map(describeField),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: [],
    searchLayoutable: true,
    sobjectDescribeOption: 'FULL',
    supportedScopes: [{ label: `All ${object.labelPlural.toLowerCase()}`, name: 'everything' }],
  });
}

function describeSummary(object: SObject, version: string): object {
  const { name, isWritable } = object;
  const base = `/services/data/${version}/sobjects/${name}`;
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: isWritable,
    custom: false,
    customSetting: false,
    deepCloneable: false,
    deletable: isWritable,
    deprecatedAndHidden: false,
    feedEnabled: true,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    layoutable: true,
    mergeable: isWritable,
    mruEnabled: true,
    name,
    queryable: true,
    replicateable: true,
    retrieveable: true,
    searchable: true,
    triggerable: true,
    undeletable: isWritable,
    updateable: isWritable,
    urls: { sobject: base, describe: `${base}/describe`, rowTemplate: `${base}/{ID}` },
  };
}
