import { expect } from 'chai';

import { inBatches } from '../../lib/networks/batches.js';

/** Records the groups it gets, and resolves them on demand. */
function controlled() {
  const started: (readonly number[])[] = [];
  const ends: (() => void)[] = [];
  const compute = (group: readonly number[]) =>
    new Promise<readonly string[]>((resolve) => {
      started.push(group);
      ends.push(() => resolve(group.map(String)));
    });
  return { started, ends, compute };
}

const settled = () => new Promise(setImmediate);

describe('batches', () => {
  it('pass on the next group while one is computed, and no further groups', async () => {
    const { started, ends, compute } = controlled();
    const results = inBatches([1, 2, 3, 4, 5], 2, compute);
    const first = results.next();
    await settled();
    expect(started).to.deep.equal([
      [1, 2],
      [3, 4],
    ]);
    ends[0]!();
    expect((await first).value).to.equal('1');
    expect((await results.next()).value).to.equal('2');
    await settled();
    expect(started).to.have.length(2);
    const third = results.next();
    await settled();
    expect(started[2]).to.deep.equal([5]);
    ends[1]!();
    ends[2]!();
    const rest = [(await third).value];
    for await (const result of results) rest.push(result);
    expect(rest).to.deep.equal(['3', '4', '5']);
  });
  it('end with the first failure, and leave no rejection unhandled', async () => {
    const unheard: unknown[] = [];
    const listen = (reason: unknown) => unheard.push(reason);
    process.on('unhandledRejection', listen);
    const failing = inBatches([1, 2, 3], 1, (group) => Promise.reject(new Error(`failed at ${group[0]!}`)));
    const failure = await failing.next().catch((error: unknown) => error);
    await settled();
    await settled();
    process.off('unhandledRejection', listen);
    expect(String(failure)).to.contain('failed at 1');
    expect(unheard).to.be.empty;
  });
  it('are empty if there are no items', async () => {
    expect((await inBatches([], 3, controlled().compute).next()).done).to.be.true;
  });
});
