import { afterAll } from 'vitest';

type Close = () => unknown;

const open: Close[] = [];

/** Closes something when the present test file ends, also when the test that opened it failed. */
export function closeAfterFile(close: Close): void {
  open.push(close);
}

// As a setup file this module is loaded before each test file, so its hook runs after those of the file.
afterAll(async () => {
  const failures: unknown[] = [];
  for (let close = open.pop(); close; close = open.pop()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0)
    throw new AggregateError(failures, 'something that a test opened could not be closed');
});
