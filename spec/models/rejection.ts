import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';

/** The message of the OneirosError that a promise rejects with; it must be one line. */
export async function rejection(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof OneirosError)) throw error;
  expect(error.message).not.to.include('\n');
  return error.message;
}
