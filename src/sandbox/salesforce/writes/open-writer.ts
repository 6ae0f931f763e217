import type { RestCall } from '../rest/rest-route.js';
import { RecordWriter } from './record-writer.js';

/** A writer in the name of a call's user; change events tell the client that its headers name. */
export function openWriter({ org, userId, headers, version, now }: RestCall): RecordWriter {
  const client = /client\s*=\s*([^;,\s]+)/i.exec(headers['sforce-call-options'] ?? '')?.[1];
  const origin = `com/salesforce/api/rest/${version.slice(1)}${client === undefined ? '' : `;client=${client}`}`;
  const allowsDuplicates = /allowSave\s*=\s*true/i.test(headers['sforce-duplicate-rule-header'] ?? '');
  return new RecordWriter(org, { userId, origin, at: now }, { allowsDuplicates });
}
