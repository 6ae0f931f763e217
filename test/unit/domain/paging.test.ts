import { describe, expect, it } from 'vitest';
import { AppError, readPageArgs } from '../../../src/domain/index.js';

function faultOf(args: Parameters<typeof readPageArgs>[0]): string | undefined {
  try {
    readPageArgs(args, 50);
    return undefined;
  } catch (error) {
    return error instanceof AppError && error.code === 'BAD_USER_INPUT' ? error.field : 'another error';
  }
}

describe('readPageArgs', () => {
  it('reads forward by default, and backward with last or before', () => {
    expect(readPageArgs({}, 50)).toEqual({ limit: 50, cursor: null, backward: false });
    expect(readPageArgs({ first: 100, after: 'x' }, 50)).toEqual({
      limit: 100,
      cursor: 'x',
      backward: false,
    });
    expect(readPageArgs({ last: 1 }, 50)).toEqual({ limit: 1, cursor: null, backward: true });
    expect(readPageArgs({ before: 'y' }, 50)).toEqual({ limit: 50, cursor: 'y', backward: true });
  });

  it.each([
    [{ first: 0 }, 'first'],
    [{ first: -1 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ last: 0 }, 'last'],
    [{ last: 101 }, 'last'],
    [{ first: 1, last: 1 }, 'first'],
    [{ first: 1, before: 'x' }, 'first'],
    [{ last: 1, after: 'x' }, 'after'],
    [{ after: 'x', before: 'y' }, 'after'],
  ])('%o is refused, naming %s', (args, field) => {
    expect(faultOf(args)).toBe(field);
  });
});
