import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { adam } from '../../lib/optim/adam.js';
import { ascent, gradientScale } from '../../lib/optim/ascent.js';
import { clampTo, optimize } from '../../lib/optim/optimize.js';
import { rmsprop } from '../../lib/optim/rmsprop.js';
import { sgd } from '../../lib/optim/sgd.js';
import type { UpdateRule } from '../../lib/optim/update-rule.js';
import { bowl, collect, failure, rosenbrock } from './functions.js';
import golden from './golden/trajectories.json' with { type: 'json' };

/** The rules of scripts/reference/optim.py. */
const rules: Readonly<Record<keyof typeof golden.rules, UpdateRule>> = {
  adam: adam({ learningRate: 0.01 }),
  'adam-options': adam({ learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1 }),
  adamw: adam({ learningRate: 0.01, weightDecay: 0.05, decoupled: true }),
  sgd: sgd({ learningRate: 1e-3 }),
  'sgd-momentum': sgd({ learningRate: 1e-4, momentum: 0.9, weightDecay: 0.01 }),
  'sgd-nesterov': sgd({ learningRate: 1e-4, momentum: 0.9, nesterov: true }),
  rmsprop: rmsprop({ learningRate: 0.01 }),
  'rmsprop-options': rmsprop({
    learningRate: 0.005,
    alpha: 0.9,
    epsilon: 1e-4,
    momentum: 0.5,
    weightDecay: 0.01,
  }),
};
const start = Float32Array.from(golden.start);

describe('update rules', () => {
  for (const [name, steps] of Object.entries(golden.rules))
    it(`${name} follows PyTorch's steps`, async () => {
      const rule = Object.entries(rules).find(([key]) => key === name)![1];
      const ours = await collect(optimize(start, rosenbrock, rule, { iterations: steps.length }));
      steps.forEach(({ x, value }, k) => {
        x.forEach((expected, i) =>
          expect(ours[k]!.x[i]).to.be.closeTo(expected, 1e-6 * Math.max(1, Math.abs(expected))),
        );
        expect(ours[k]!.value).to.be.closeTo(value, 1e-4 * Math.max(1, Math.abs(value)));
      });
    });

  it('resume from a saved state as if they had not stopped', async () => {
    for (const rule of Object.values(rules)) {
      const whole = await collect(optimize(start, rosenbrock, rule, { iterations: 10 }));
      const run = optimize(start, rosenbrock, rule, { iterations: 10 });
      await run.next();
      const step = (await run.next()).value!;
      const [x, state] = [step.x.slice(), step.state()];
      await run.next(); // what was saved is a copy
      const rest = await collect(optimize(x, rosenbrock, rule, { iterations: 8, state }));
      expect(rest.at(-1)!.x).to.deep.equal(whole.at(-1)!.x);
    }
  });

  it('take the first step worked out by hand', async () => {
    const objective = bowl([2, 1], [0, 0]);
    const first = async (rule: UpdateRule) =>
      (await collect(optimize(Float32Array.of(3, -4), objective, rule, { iterations: 1 })))[0]!;
    // The gradient is (6, −4). Adam's first step is the learning rate, for any gradient.
    const { x, value } = await first(adam({ learningRate: 0.5 }));
    expect(value).to.equal(17);
    expect([...x]).to.deep.equal([2.5, -3.5]);
    expect([...(await first(sgd({ learningRate: 0.25 }))).x]).to.deep.equal([1.5, -3]);
    const upwards = await first(ascent({ stepSize: 10, normalization: 'mean-abs' }));
    expect(upwards.x[0]).to.be.closeTo(3 + (10 * 6) / 5, 1e-6);
    expect(upwards.x[1]).to.be.closeTo(-4 - (10 * 4) / 5, 1e-6);
  });

  it('reach the minimum of a quadratic', async () => {
    for (const rule of [
      adam({ learningRate: 0.1 }),
      sgd({ learningRate: 0.3 }),
      rmsprop({ learningRate: 0.01 }),
    ]) {
      const steps = await collect(
        optimize(new Float32Array(3), bowl([1, 2, 3], [1, -2, 0.5]), rule, { iterations: 600 }),
      );
      expect(steps.at(-1)!.value).to.be.lessThan(1e-3);
    }
  });

  it('stay in their box, and do not change x0', async () => {
    const x0 = Float32Array.of(0.5, 0.5);
    const run = optimize(x0, bowl([1, 1], [3, -3]), sgd({ learningRate: 1 }), {
      iterations: 3,
      project: clampTo(0, 1),
    });
    expect([...(await collect(run)).at(-1)!.x]).to.deep.equal([1, 0]);
    expect([...x0]).to.deep.equal([0.5, 0.5]);
  });

  it('follow a schedule', async () => {
    const rates: number[] = [];
    const rule = sgd({ learningRate: (updates) => (rates.push(updates), 1 / (updates + 1)) });
    const steps = await collect(optimize(Float32Array.of(8), bowl([0.5], [0]), rule, { iterations: 3 }));
    expect(rates).to.deep.equal([0, 1, 2]);
    expect(steps.map(({ x }) => x[0])).to.deep.equal([4, 3, 2.5]);
  });

  it('stop with the signal’s reason, and at NaN with one clear error', async () => {
    const stop = new AbortController();
    const run = optimize(start, rosenbrock, sgd(), { iterations: 100, signal: stop.signal });
    await run.next();
    stop.abort(new Error('enough'));
    expect(await failure(run)).to.equal(stop.signal.reason);
    const wild = await failure(optimize(start, rosenbrock, sgd({ learningRate: 1 }), { iterations: 100 }));
    expect(wild).to.be.instanceOf(OneirosError);
    expect(String(wild)).to.match(
      /the objective's (value|gradient) is \S+ .*at iteration \d+: take smaller steps/,
    );
  });

  it('refuse invalid options, states and gradients', async () => {
    expect(() => adam({ beta1: 1 })).to.throw('beta1 must be in [0, 1), not 1');
    expect(() => sgd({ momentum: NaN })).to.throw('momentum');
    expect(() => rmsprop({ epsilon: -1 })).to.throw('epsilon');
    const state = sgd().start(2).state();
    expect(() => adam().start(2, state)).to.throw('no buffer firstMoment');
    expect(() => sgd().start(3, state)).to.throw('2 numbers velocity; 3 parameters');
    expect(() => sgd().start(3).update(new Float32Array(2), new Float32Array(2))).to.throw(
      '3 parameters, not 2',
    );
    const short = async () => Promise.resolve({ value: 0, gradient: new Float32Array(1) });
    expect(String(await failure(optimize(start, short, sgd(), { iterations: 1 })))).to.include(
      '1 numbers for 2',
    );
    expect(String(await failure(optimize(start, short, sgd(), { iterations: -1 })))).to.include(
      'whole number',
    );
  });
});

describe('gradientScale', () => {
  const gradient = Float32Array.of(3, -4, 0, 0);

  it('is one divided by each measure, worked out by hand', () => {
    expect(gradientScale(gradient, 'none')).to.equal(1);
    expect(gradientScale(gradient, 'mean-abs')).to.be.closeTo(1 / 1.75, 1e-6);
    expect(gradientScale(gradient, 'rms')).to.be.closeTo(1 / 2.5, 1e-6);
    expect(gradientScale(gradient, 'l2')).to.be.closeTo(1 / 5, 1e-6);
    expect(gradientScale(gradient, 'std')).to.be.closeTo(1 / Math.sqrt(6.25 - 0.0625), 1e-6);
  });

  it('is finite for a gradient of zeros', () => {
    for (const measure of ['mean-abs', 'rms', 'l2', 'std'] as const)
      expect(gradientScale(new Float32Array(4), measure)).to.be.finite;
  });
});
