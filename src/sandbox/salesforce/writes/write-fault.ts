import { type ErrorEntry, SalesforceRefusal } from '../replies.js';

/** Why a record was not written; the reply's shape depends on how it was sent. */
export class WriteFault extends Error {
  override readonly name = 'WriteFault';

  constructor(
    readonly entries: readonly ErrorEntry[],
    /** Of the reply when the record was sent by itself. */
    readonly status = 400,
  ) {
    super(entries[0]!.message);
  }

  /** As the reply to a record that was sent by itself. */
  toRefusal(): SalesforceRefusal {
    return new SalesforceRefusal(this.status, this.entries);
  }
}

export function fault(errorCode: string, message: string, fields: readonly string[] = []): WriteFault {
  return new WriteFault([{ errorCode, message, fields }]);
}

export function noSuchColumn(field: string, object: string): WriteFault {
  return fault('INVALID_FIELD', `No such column '${field}' on sobject of type ${object}`);
}

/** The record was deleted. */
export function entityDeleted(): WriteFault {
  return new WriteFault([{ errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] }], 404);
}

/** No record has the value by which it was to be found. */
export function noSuchRecord(): WriteFault {
  const message = 'The requested resource does not exist';
  return new WriteFault([{ errorCode: 'NOT_FOUND', message }], 404);
}

/** There never was such a record. */
export function invalidReference(): WriteFault {
  return new WriteFault(
    [{ errorCode: 'INVALID_CROSS_REFERENCE_KEY', message: 'invalid cross reference id', fields: [] }],
    404,
  );
}

/** Another transaction holds the record. */
export function unableToLock(id: string): WriteFault {
  return fault('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 1 records: ${id}`);
}
