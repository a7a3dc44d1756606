import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';

/** The message, one line of this library's, with which something asynchronous fails. */
export async function rejection(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof OneirosError)) throw error;
  expect(error.message).not.to.include('\n');
  return error.message;
}
