import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { invalidField } from './replies.js';

interface Parameter {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly location: 'query' | 'path';
  readonly repeated?: boolean;
  readonly enum?: readonly string[];
}

interface Method {
  readonly id: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly scopes: readonly string[];
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly $ref?: string;
  readonly readOnly?: boolean;
  readonly [keyword: string]: unknown;
}

interface Resource {
  readonly methods?: Readonly<Record<string, Method>>;
  readonly resources?: Readonly<Record<string, Resource>>;
}

interface DiscoveryDocument extends Resource {
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** Checks requests against the People API's discovery document. Schemas are compiled when first needed. */
export class DiscoveryCheck {
  private readonly document: DiscoveryDocument;
  private readonly methods: ReadonlyMap<string, Method>;
  private readonly bodies = new Ajv({ strict: false, validateFormats: false });

  constructor() {
    const text = readFileSync(new URL('./discovery/people-v1.json', import.meta.url), 'utf8');
    this.document = JSON.parse(text) as DiscoveryDocument;
    this.methods = new Map(listMethods(this.document).map((it) => [it.id, it]));
    for (const [name, schema] of Object.entries(this.document.schemas)) {
      this.bodies.addSchema(closeSchema(schema), name);
    }
  }

  /** The scopes of which a method needs one. */
  scopesOf(methodId: string): readonly string[] {
    return this.methods.get(methodId)!.scopes;
  }

  /** The output-only keys of the values of one person field, such as `canonicalForm`. */
  readOnlyKeys(field: string): string[] {
    const name = this.document.schemas.Person?.properties?.[field]?.items?.$ref ?? '';
    const properties = this.document.schemas[name]?.properties ?? {};
    return Object.keys(properties).filter((it) => properties[it]?.readOnly);
  }

  /** Checks a query and turns its texts into the document's types. Throws GoogleRefusal (400). */
  readQuery<T>(methodId: string, query: unknown): T {
    const { parameters } = this.methods.get(methodId)!;
    const values: Record<string, unknown> = {};
    for (const [name, given] of Object.entries(query as Record<string, string | string[]>)) {
      const own = parameters[name]?.location === 'query' ? parameters[name] : undefined;
      const parameter = own ?? this.document.parameters[name];
      if (!parameter) {
        throw invalidField(
          `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
        );
      }
      const texts = Array.isArray(given) ? given : [given];
      const read = texts.map((it) => readValue(it, name, parameter));
      values[name] = parameter.repeated ? read : read.at(-1);
    }
    return values as T;
  }

  /** Parses a JSON body of one of the document's schemas. Throws GoogleRefusal (400) on what it forbids. */
  readBody<T>(schema: string, text: string | undefined): T {
    let body: unknown;
    try {
      body = JSON.parse(text || '{}');
    } catch (error) {
      throw invalidField(`Invalid JSON payload received. ${(error as Error).message}`);
    }
    const validate = this.bodies.getSchema(schema) as ValidateFunction;
    if (!validate(body)) throw describeError(validate.errors![0]!);
    return body as T;
  }
}

function listMethods(resource: Resource): Method[] {
  const own = Object.values(resource.methods ?? {});
  return [...own, ...Object.values(resource.resources ?? {}).flatMap(listMethods)];
}

/** Google refuses names that a message does not have, which JSON Schema allows unless told otherwise. */
function closeSchema(schema: Schema): object {
  const { properties, items, additionalProperties, $ref, type, enum: values } = schema;
  if ($ref !== undefined) return { $ref };
  return {
    ...(type !== 'any' && { type }),
    ...(values !== undefined && { enum: values }),
    ...(items && { items: closeSchema(items) }),
    ...(additionalProperties && { additionalProperties: closeSchema(additionalProperties) }),
    ...(properties && {
      additionalProperties: false,
      properties: Object.fromEntries(Object.entries(properties).map(([name, it]) => [name, closeSchema(it)])),
    }),
  };
}

function readValue(text: string, name: string, parameter: Parameter): unknown {
  const refuse = (type: string) => invalidField(`Invalid value at '${name}' (${type}), "${text}"`, name);
  switch (parameter.type) {
    case 'integer':
      if (!/^-?\d{1,9}$/.test(text)) throw refuse('TYPE_INT32');
      return Number(text);
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw refuse('TYPE_BOOL');
      return text === 'true';
    default:
      if (parameter.enum && !parameter.enum.includes(text)) throw refuse('TYPE_ENUM');
      return text;
  }
}

function describeError({ keyword, instancePath, params, message }: ErrorObject): Error {
  const place = instancePath.slice(1).replaceAll('/', '.');
  const isUnknown = keyword === 'additionalProperties';
  const words = isUnknown
    ? `Unknown name "${params.additionalProperty}" at '${place}': Cannot find field.`
    : `Invalid value at '${place}': it ${message ?? 'is invalid'}.`;
  return invalidField(`Invalid JSON payload received. ${words}`, place);
}
