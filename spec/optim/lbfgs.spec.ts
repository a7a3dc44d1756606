import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { lbfgs } from '../../lib/optim/lbfgs.js';
import type { Objective } from '../../lib/optim/objective.js';
import { beale, bowl, collect, failure, rosenbrock } from './functions.js';
import golden from './golden/trajectories.json' with { type: 'json' };

describe('lbfgs', () => {
  for (const { function: name, x0, history, steps } of golden.lbfgs)
    it(`follows PyTorch's steps on ${name} from (${x0.join(', ')}) with a history of ${history}`, async () => {
      const objective = name === 'beale' ? beale : rosenbrock;
      const run = lbfgs(Float32Array.from(x0), objective, { iterations: steps.length, history });
      const ours = await collect(run);
      const scale = Math.max(...x0.map(Math.abs));
      for (const [k, { x }] of steps.slice(0, 7).entries())
        x.forEach((expected, i) =>
          expect(ours[k]!.x[i]).to.be.closeTo(expected, 1e-5 * scale, `step ${k + 1}`),
        );
      // Float32 points and PyTorch's float64 points diverge in the end, but stay in the same valley.
      steps.at(-1)!.x.forEach((expected, i) => expect(ours.at(-1)!.x[i]).to.be.closeTo(expected, 3e-3));
    });

  it('finds the minima', async () => {
    const valley = await collect(
      lbfgs(Float32Array.of(-1.2, 1, -1.2, 1, 0, 2), rosenbrock, { iterations: 200 }),
    );
    valley.at(-1)!.x.forEach((value) => expect(value).to.be.closeTo(1, 1e-3));
    const dale = await collect(lbfgs(Float32Array.of(1, 1), beale, { iterations: 100 }));
    expect(dale.at(-1)!.x[0]).to.be.closeTo(3, 1e-3);
    expect(dale.at(-1)!.x[1]).to.be.closeTo(0.5, 1e-3);
  });

  it('minimizes a quadratic with n curvatures in about n steps and never raises its value', async () => {
    const run = lbfgs(new Float32Array(5), bowl([1, 10, 100, 3, 30], [1, -1, 2, -2, 0.5]), {
      iterations: 50,
    });
    const steps = await collect(run);
    expect(steps.length).to.be.lessThan(16);
    steps.forEach(({ value }, k) => expect(value).to.be.at.most(steps[k - 1]?.value ?? Infinity));
    expect(steps.at(-1)!.value).to.be.lessThan(1e-8);
  });

  it('does not depend on the scale of the objective', async () => {
    const tiny: Objective = async (x) => {
      const { value, gradient } = await rosenbrock(x);
      return { value: value * 1e-6, gradient: gradient.map((g) => g * 1e-6) };
    };
    const steps = await collect(
      lbfgs(Float32Array.of(-1.2, 1), tiny, { iterations: 100, gradientTolerance: -1, changeTolerance: -1 }),
    );
    expect(steps.at(-1)!.x[0]).to.be.closeTo(1, 1e-2);
  });

  it('counts evaluations, reports the value at x, and does not change x0', async () => {
    let calls = 0;
    const counted: Objective = async (x) => (calls++, rosenbrock(x));
    const x0 = Float32Array.of(-1.2, 1);
    for await (const { x, value, evaluations } of lbfgs(x0, counted, { iterations: 12 })) {
      expect(evaluations).to.equal(calls);
      expect(value).to.equal((await rosenbrock(x)).value);
    }
    expect([...x0]).to.deep.equal([Math.fround(-1.2), 1]);
  });

  it('allows the objective to reuse its gradient’s memory', async () => {
    const shared = new Float32Array(2);
    const reusing: Objective = async (x) => {
      const { value, gradient } = await rosenbrock(x);
      shared.set(gradient);
      return { value, gradient: shared };
    };
    const [own, reused] = await Promise.all(
      [rosenbrock, reusing].map((objective) =>
        collect(lbfgs(Float32Array.of(-1.2, 1), objective, { iterations: 20 })),
      ),
    );
    expect(reused).to.deep.equal(own);
  });

  it('steps back from points where the objective is not a number', async () => {
    // −log x + x is lowest at 1 and NaN below 0, where the first steps from 0.01 land.
    let walls = 0;
    const barrier: Objective = async ([x = 0]) => {
      if (!(x > 0)) walls++;
      return Promise.resolve({ value: x - Math.log(x), gradient: Float32Array.of(1 - 1 / x) });
    };
    const steps = await collect(lbfgs(Float32Array.of(4), barrier, { iterations: 30, firstStep: 20 }));
    expect(walls).to.be.greaterThan(0);
    expect(steps.at(-1)!.x[0]).to.be.closeTo(1, 1e-3);
  });

  it('ends with a clear error if the objective is a number nowhere', async () => {
    const nowhere: Objective = async (x) =>
      Promise.resolve({ value: NaN, gradient: new Float32Array(x.length) });
    const atStart = await failure(lbfgs(new Float32Array(2), nowhere, { iterations: 5 }));
    expect(atStart).to.be.instanceOf(OneirosError);
    expect(String(atStart)).to.include('is NaN at iteration 0');
    const onlyStart: Objective = async ([x = 0]) =>
      Promise.resolve({ value: x === 2 ? 1 : Infinity, gradient: Float32Array.of(1) });
    const beyond = await failure(lbfgs(Float32Array.of(2), onlyStart, { iterations: 5 }));
    expect(String(beyond)).to.include('is Infinity at iteration 1');
  });

  it('ends if no step along the gradient is lower, and at once at an optimum', async () => {
    const liar: Objective = async ([x = 0]) =>
      Promise.resolve({ value: Math.abs(x), gradient: Float32Array.of(-1) });
    expect(await collect(lbfgs(Float32Array.of(1), liar, { iterations: 5 }))).to.have.length(0);
    expect(await collect(lbfgs(Float32Array.of(1, 1), rosenbrock, { iterations: 5 }))).to.have.length(0);
  });

  it('stops with the signal’s reason, also in the middle of a line search', async () => {
    const stop = new AbortController();
    let calls = 0;
    const aborting: Objective = async (x) => {
      if (++calls === 2) stop.abort(new Error('enough'));
      return rosenbrock(x);
    };
    const run = lbfgs(Float32Array.of(-1.2, 1), aborting, { iterations: 50, signal: stop.signal });
    expect(await failure(run)).to.equal(stop.signal.reason);
    expect(calls).to.equal(2);
  });

  it('refuses invalid options', async () => {
    for (const bad of [{ history: 0 }, { lineSearch: 0 }, { firstStep: -1 }, { iterations: 1.5 }])
      expect(
        await failure(lbfgs(new Float32Array(1), rosenbrock, { iterations: 1, ...bad })),
      ).to.be.instanceOf(OneirosError);
  });
});
