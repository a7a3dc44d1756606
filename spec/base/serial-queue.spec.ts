import { expect } from 'chai';

import { SerialQueue } from '../../lib/base/serial-queue.js';

describe('a serial queue', () => {
  it('starts each task when the one before has ended, even by an error', async () => {
    const queue = new SerialQueue();
    const order: string[] = [];
    const task = (name: string, end: () => string) => async () => {
      order.push(`${name} starts`);
      await Promise.resolve();
      order.push(`${name} ends`);
      return end();
    };
    const failed = queue.add(
      task('a', () => {
        throw new Error('a failed');
      }),
    );
    const done = queue.add(task('b', () => 'b'));
    const reason = await failed.catch((error: unknown) => error);
    expect(reason).to.have.property('message', 'a failed');
    expect(await done).to.equal('b');
    expect(order).to.deep.equal(['a starts', 'a ends', 'b starts', 'b ends']);
  });
});
