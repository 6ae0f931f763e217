/** Names of the objects that the sandbox has. */
export type ObjectName = 'Contact' | 'Lead' | 'Account' | 'User' | 'Organization';

/** The describe types in use. */
export type FieldType =
  | 'id'
  | 'boolean'
  | 'reference'
  | 'string'
  | 'picklist'
  | 'textarea'
  | 'phone'
  | 'email'
  | 'url'
  | 'date'
  | 'datetime'
  | 'double'
  | 'int'
  | 'currency';

/** One field of an object. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  /** Characters; 0 where the type has none. */
  readonly length: number;
  /** A record cannot be without it. */
  readonly isRequired: boolean;
  /** May be set through the API. */
  readonly isWritable: boolean;
  /** An external id, by which records are upserted; no two live records share a value. */
  readonly isUnique: boolean;
  /** Where a reference leads, and the name under which a query follows it. */
  readonly parent?: { readonly object: ObjectName; readonly relationship: string };
}

/**
 * Reads fields from their written form, one a line: `Name type [length] [marks]`. Marks: `!` required,
 * `-` read-only, `*` unique external id, `>Object` where a reference leads.
 */
export function readFields(text: string): Field[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', type = '', ...rest] = line.trim().split(/\s+/);
      const target = rest.find((it) => it.startsWith('>'))?.slice(1);
      return {
        name,
        label: labelOf(name),
        type: type as FieldType,
        length: Number(rest.find((it) => /^\d+$/.test(it)) ?? (isKey(type) ? 18 : 0)),
        isRequired: rest.includes('!'),
        isWritable: !rest.includes('-'),
        isUnique: rest.includes('*'),
        parent: target && { object: target as ObjectName, relationship: name.replace(/Id$/, '') },
      } as Field;
    });
}

function isKey(type: string): boolean {
  return type === 'id' || type === 'reference';
}

/** "MailingPostalCode" → "Mailing Postal Code". */
function labelOf(name: string): string {
  return name
    .replace(/(Id)?(__c)?$/, '')
    .replace(/_/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2');
}
