// Checks the tests that its parent sends, one after the other.
import { messageOf } from '../../lib/base/errors.js';
import { checkCase } from './check-case.js';

process.on('message', (folder: string) => {
  void answer(folder);
});

async function answer(folder: string): Promise<void> {
  try {
    process.send?.(await checkCase(folder));
  } catch (error) {
    process.send?.({ failure: messageOf(error) });
  }
}
