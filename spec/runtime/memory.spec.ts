import { expect } from 'chai';

import { openSession } from '../../lib/runtime/session.js';
import { zeros } from '../../lib/tensor/tensor.js';
import { heavyModel, reluModel } from './models.js';

const megabytes = () => process.memoryUsage.rss() / 2 ** 20;

describe('a session in a worker thread', () => {
  for (const transfer of [false, true])
    it(`keeps memory flat over 200 runs, feeds ${transfer ? 'handed over' : 'copied'}`, async () => {
      await using session = await openSession(reluModel());
      // 2 MiB in and 2 MiB out: a leak of either would be 400 MiB.
      const steps = async (count: number) => {
        for (let i = 0; i < count; i++)
          await session.run({ x: zeros('float32', [1, 8, 256, 256]) }, { transfer });
      };
      await steps(50);
      const before = megabytes();
      await steps(200);
      expect(megabytes() - before).to.be.below(60);
    });

  it('frees its memory when it is disposed', async () => {
    const use = async () => (await openSession(heavyModel())).dispose();
    await use();
    const before = megabytes();
    for (let i = 0; i < 5; i++) await use();
    // A worker takes 11 MiB.
    expect(megabytes() - before).to.be.below(30);
  });

  it("does not block the host's event loop", async () => {
    await using session = await openSession(heavyModel());
    const state = { turns: 0, isRunning: true };
    const turning = async () => {
      for (; state.isRunning; state.turns++) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const running = session.run({ x: zeros('float32', [1, 64, 224, 224]) });
    await Promise.all([turning(), running.finally(() => (state.isRunning = false))]);
    // `npm run bench dream` measures the longest turns.
    expect(state.turns, 'turns of the event loop while the session runs').to.be.above(10);
  });
});
