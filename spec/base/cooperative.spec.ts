import { expect } from 'chai';

import { atOnce, inSlices, type Sliced } from '../../lib/base/cooperative.js';

/** Keeps the thread busy for so many ms, in pieces of one. */
function* busy(ms: number): Sliced<string> {
  for (let piece = 0; piece < ms; piece++) {
    for (const end = performance.now() + 1; performance.now() < end;);
    yield;
  }
  return 'done';
}

function* failing(): Sliced<never> {
  yield;
  throw new RangeError('in the middle');
}

describe('a computation in slices', () => {
  it('lets others have the thread every few milliseconds', async () => {
    let turns = 0;
    const other = setInterval(() => turns++, 0);
    expect(await inSlices(busy(80))).to.equal('done');
    clearInterval(other);
    expect(turns).to.be.at.least(4);
  });

  it('keeps the thread to the end where its result is wanted at once', () => {
    let turns = 0;
    const other = setInterval(() => turns++, 0);
    expect(atOnce(busy(20))).to.equal('done');
    clearInterval(other);
    expect(turns).to.equal(0);
  });

  it('fails as it would in one piece', async () => {
    expect(() => atOnce(failing())).to.throw(RangeError, 'in the middle');
    expect(await inSlices(failing()).catch(String)).to.equal('RangeError: in the middle');
  });
});
