import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { openCaller } from './sandbox-caller.js';

const FOLDER = new URL('../../../src/sandbox/hubspot/openapi/', import.meta.url);
const BASE = '/crm/v3/objects/contacts';

/** Checks replies against HubSpot's documents, whose property values are also null when unset. */
function openDocument(name: string) {
  const document = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
  for (const schema of Object.values<Record<string, never>>(document.components.schemas)) {
    const { properties } = (schema.properties ?? {}) as { properties?: { additionalProperties?: object } };
    if (properties?.additionalProperties) properties.additionalProperties = { type: ['string', 'null'] };
  }
  // The document has subCategory as an object where HubSpot sends null.
  delete document.components.schemas.StandardError?.properties.subCategory;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ components: document.components }, 'api');
  return {
    faultsOf(path: string, method: string, status: number, body: unknown): unknown[] {
      const { content } = document.paths[path][method].responses[status];
      const { $ref } = Object.values<{ schema: { $ref: string } }>(content)[0]!.schema;
      return check(`api${$ref}`, body);
    },
    faultsOfError: (body: unknown) => check('api#/components/schemas/Error', body),
  };

  function check($ref: string, body: unknown): unknown[] {
    const validate = ajv.compile({ $ref });
    return validate(body) ? [] : (validate.errors ?? ['invalid']);
  }
}

describe("the sandbox's replies", () => {
  it('have the shapes of the contacts document', async () => {
    const caller = await openCaller();
    const document = openDocument('contacts');
    const tried: string[] = [];
    const expectShape = async (path: string, method: string, status: number, url: string, body?: unknown) => {
      const reply = await caller.crm(method.toUpperCase(), url, body);
      expect(reply.status).toBe(status);
      expect(document.faultsOf(path, method, status, reply.body)).toEqual([]);
      tried.push(`${method} ${path} ${status}`);
      return reply.body;
    };
    const one = `${BASE}/{contactId}`;
    const { results } = await expectShape(BASE, 'get', 200, `${BASE}?propertiesWithHistory=phone`);
    const [{ id }, { id: other }] = results;
    const named = (firstname: string, objectWriteTraceId?: string) => ({
      properties: { firstname },
      objectWriteTraceId,
    });
    const bad = { properties: { nope: '' }, objectWriteTraceId: 'b' };
    await expectShape(one, 'get', 200, `${BASE}/${id}`);
    await expectShape(BASE, 'post', 201, BASE, named('A'));
    await expectShape(one, 'patch', 200, `${BASE}/${id}`, named('B'));
    await expectShape(`${BASE}/search`, 'post', 200, `${BASE}/search`, { limit: 3 });

    const batch = (verb: string, status: number, inputs: unknown) =>
      expectShape(`${BASE}/batch/${verb}`, 'post', status, `${BASE}/batch/${verb}`, { inputs });
    await batch('read', 200, [{ id }]);
    await batch('read', 207, [{ id }, { id: '7' }]);
    await batch('create', 201, [named('C')]);
    await batch('create', 207, [named('D', 'a'), bad]);
    await batch('update', 200, [{ id, ...named('E') }]);
    await batch('update', 207, [
      { id, ...named('F', 'a') },
      { id: other, ...bad },
    ]);
    await batch('upsert', 200, [{ id: 'new@x.example', idProperty: 'email', ...named('G') }]);
    await batch('upsert', 207, [
      { id, ...named('H', 'a') },
      { id: other, ...bad },
    ]);
    await expectShape(`${BASE}/merge`, 'post', 200, `${BASE}/merge`, {
      primaryObjectId: id,
      objectIdToMerge: other,
    });
    expect(tried.length).toBe(14);
  });

  it('have the shapes of the properties document', async () => {
    const caller = await openCaller();
    const document = openDocument('properties');
    const all = await caller.crm('GET', '/crm/v3/properties/contacts');
    expect(document.faultsOf('/crm/v3/properties/{objectType}', 'get', 200, all.body)).toEqual([]);
    const one = await caller.crm('GET', '/crm/v3/properties/contacts/email');
    const path = '/crm/v3/properties/{objectType}/{propertyName}';
    expect(document.faultsOf(path, 'get', 200, one.body)).toEqual([]);
  });

  it('have the shape of Error when they refuse', async () => {
    const caller = await openCaller();
    const document = openDocument('contacts');
    const refusals = [
      await caller.crm('GET', `${BASE}/7`),
      await caller.crm('GET', `${BASE}?limit=1000`),
      await caller.crm('POST', BASE, { properties: { nope: '' } }),
      await caller.crm('POST', `${BASE}/search`, '{'),
      await caller.withToken('').crm('GET', BASE),
    ];
    expect(refusals.map((it) => it.status)).toEqual([404, 400, 400, 400, 401]);
    for (const { body } of refusals) expect(document.faultsOfError(body)).toEqual([]);
  });
});
