// Creates inputs and reads them until it is killed. Each step is announced on a pipe before it runs, so that the parent
// knows which input was being read when this process hung or died.
import { writeSync } from 'node:fs';

import { OneirosError } from '../../lib/base/errors.js';
import { makeInput } from './input.js';
import { targets } from './targets.js';

const pipe = 3;
const [name = '', seed = '0', first = '0', ...folders] = process.argv.slice(2);
const target = targets[name];
if (target === undefined) throw new Error(`there is no target ${name}`);
const seeds = await target.seeds(folders);

for (let index = Number(first); ; index++) {
  const input = makeInput(target, seeds, Number(seed), index);
  for (const [step, run] of Object.entries(target.steps)) {
    tell({ begun: index, step });
    try {
      await run(input);
      tell({ outcome: 'read' });
    } catch (error) {
      // Any error that is not a OneirosError with a message of one line is a fault of the library.
      const isSound = error instanceof OneirosError && !error.message.includes('\n');
      tell(isSound ? { outcome: 'refused' } : { outcome: 'fault', detail: describe(error) });
    }
  }
}

function tell(event: object): void {
  writeSync(pipe, `${JSON.stringify(event)}\n`);
}

function describe(error: unknown): string {
  return error instanceof Error
    ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' | ')
    : String(error);
}
