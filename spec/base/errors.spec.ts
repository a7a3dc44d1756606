import { expect } from 'chai';

import { messageOf, OneirosError, originalOf } from '../../lib/base/errors.js';

async function thrownBy(work: () => Promise<void>): Promise<unknown> {
  return work().then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('error messages', () => {
  const failing = (message: string) => ({ [Symbol.asyncDispose]: () => Promise.reject(new Error(message)) });

  it('describe the first error if any number of disposals fail after it', async () => {
    const first = new OneirosError('bad-input', 'the model is damaged');
    const thrown = await thrownBy(async () => {
      await using outer = failing('the outer one');
      await using inner = failing('the inner one');
      expect([outer, inner]).to.have.length(2);
      throw first;
    });
    expect(thrown).to.be.an('error').with.property('name', 'SuppressedError');
    expect(messageOf(thrown)).to.equal('the model is damaged');
    expect(originalOf(thrown)).to.equal(first);
  });

  it('include the cause if the message does not contain it', () => {
    const refused = new Error('connect ECONNREFUSED 127.0.0.1:1');
    expect(messageOf(new TypeError('fetch failed', { cause: refused }))).to.equal(
      'fetch failed: connect ECONNREFUSED 127.0.0.1:1',
    );
    expect(messageOf(new AggregateError([new Error('one'), new Error('two')]))).to.equal('one; two');
    expect(
      messageOf(new OneirosError('runtime', 'cannot read x: gone', { cause: new Error('gone') })),
    ).to.equal('cannot read x: gone');
    expect(messageOf(new Error('a\n  b'))).to.equal('a b');
    expect(messageOf(new RangeError())).to.equal('RangeError');
    expect(messageOf('text')).to.equal('text');
    const [a, b] = [new Error('a'), new Error('b')];
    [a.cause, b.cause] = [b, a];
    expect(messageOf(a)).to.match(/^a: b/);
  });
});
