import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type ErrorDetail, invalid } from './replies.js';

interface Schema {
  readonly [keyword: string]: unknown;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Where the documents are stricter than the service: HubSpot's own client leaves these fields out. */
const AMENDMENTS: Readonly<Record<string, Schema>> = {
  PublicObjectSearchRequest: { required: [] },
  BatchReadInputSimplePublicObjectId: { required: ['inputs'] },
  SimplePublicObjectInputForCreate: { required: ['properties'] },
  SimplePublicObjectBatchInputForCreate: { required: ['properties'] },
};
/** The search guide sends sorts as objects, which the document calls strings. */
const SORTS = {
  type: 'array',
  items: {
    anyOf: [
      { type: 'string' },
      {
        type: 'object',
        required: ['propertyName'],
        properties: {
          propertyName: { type: 'string' },
          direction: { enum: ['ASCENDING', 'DESCENDING'] },
        },
      },
    ],
  },
};

/** The search guide's cursor is an offset; the document calls it a string only. The search checks its value. */
const AFTER = { type: ['string', 'number'] };

/** Checks requests against one of HubSpot's OpenAPI documents. Schemas are compiled when first needed. */
export class OpenApiCheck {
  private readonly document: OpenApiDocument;
  private readonly bodies = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  private readonly queries = new Ajv({ strict: false, validateFormats: false, coerceTypes: 'array' });
  private readonly compiled = new Map<string, ValidateFunction>();

  /** `name` is that of a file in `./openapi`. */
  constructor(name: 'contacts' | 'properties') {
    const text = readFileSync(new URL(`./openapi/${name}.json`, import.meta.url), 'utf8');
    this.document = amend(JSON.parse(text) as OpenApiDocument);
    this.bodies.addSchema({ components: this.document.components }, 'api');
  }

  /** Parses and checks a JSON body; throws HubspotRefusal (400) on anything that the document forbids. */
  readBody<T>(path: string, method: string, text: string | undefined): T {
    let body: unknown;
    try {
      body = JSON.parse(text ?? '');
    } catch (error) {
      throw invalid(`Invalid input JSON on line 1, column 1: ${(error as Error).message}`);
    }
    const validate = this.compile(`body ${method} ${path}`, () => {
      const { schema } = this.find(path, method).requestBody!.content['application/json']!;
      return this.bodies.compile(pointIntoDocument(schema));
    });
    if (!validate(body)) throw describeErrors(validate.errors ?? [], 'body');
    return body as T;
  }

  /** Checks a query and turns its texts into the document's types; lists may repeat or be comma separated. */
  readQuery<T>(path: string, method: string, query: unknown): T {
    const parameters = (this.find(path, method).parameters ?? []).filter((it) => it.in === 'query');
    const validate = this.compile(`query ${method} ${path}`, () =>
      this.queries.compile({
        type: 'object',
        properties: Object.fromEntries(parameters.map((it) => [it.name, it.schema])),
      }),
    );
    const values = structuredClone({ ...(query as Record<string, unknown>) });
    if (!validate(values)) throw describeErrors(validate.errors ?? [], 'query');
    for (const { name, schema } of parameters) {
      const list = values[name];
      if (schema.type === 'array' && Array.isArray(list)) values[name] = splitLists(list as string[]);
    }
    return values as T;
  }

  private find(path: string, method: string): Operation {
    return this.document.paths[path]![method]!;
  }

  private compile(key: string, make: () => ValidateFunction): ValidateFunction {
    const known = this.compiled.get(key);
    if (known) return known;
    const made = make();
    this.compiled.set(key, made);
    return made;
  }
}

function amend(document: OpenApiDocument): OpenApiDocument {
  const schemas: Record<string, Schema> = { ...document.components.schemas };
  for (const [name, changes] of Object.entries(AMENDMENTS)) {
    if (schemas[name]) schemas[name] = { ...schemas[name], ...changes };
  }
  const search = schemas.PublicObjectSearchRequest;
  if (search) {
    schemas.PublicObjectSearchRequest = {
      ...search,
      properties: { ...(search.properties as Schema), after: AFTER, sorts: SORTS },
    };
  }
  return { ...document, components: { schemas } };
}

function pointIntoDocument(schema: Schema): Schema {
  return typeof schema.$ref === 'string' ? { $ref: `api${schema.$ref}` } : schema;
}

function splitLists(values: readonly string[]): string[] {
  return values
    .flatMap((it) => it.split(','))
    .map((it) => it.trim())
    .filter(Boolean);
}

function describeErrors(errors: readonly ErrorObject[], place: string): Error {
  const missing = errors
    .filter((it) => it.keyword === 'required')
    .map((it) => String(it.params.missingProperty));
  const details: ErrorDetail[] = errors.map((it) => ({
    message: `${it.instancePath || place} ${it.message ?? 'is invalid'}`,
    code: it.keyword.toUpperCase(),
    in: it.instancePath.split('/').at(-1) || place,
  }));
  const message =
    missing.length > 0
      ? `Some required fields were not set: [${missing.join(', ')}]`
      : `Invalid input (${details.map((it) => it.message).join('; ')})`;
  return invalid(message, { errors: details });
}
