import { v7, validate } from 'uuid';

/** A new UUIDv7: unique over all tables, and rising with time so that indexes stay dense. */
export function newId(): string {
  return v7();
}

/** Whether a text from outside can be one of our ids at all. */
export function isId(text: string): boolean {
  return validate(text);
}
