import type { Objective } from '../../lib/optim/objective.js';

/** Rosenbrock's valley in any number of dimensions; lowest, 0, at (1, 1, …). */
export const rosenbrock: Objective = async (x) => {
  const gradient = new Float32Array(x.length);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const [a, b] = [x[i]!, x[i + 1]!];
    value += 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    gradient[i]! += -400 * a * (b - a * a) - 2 * (1 - a);
    gradient[i + 1]! += 200 * (b - a * a);
  }
  return Promise.resolve({ value, gradient });
};

/** Beale's function; lowest, 0, at (3, ½). */
export const beale: Objective = async ([x = 0, y = 0]) => {
  const errors = [1.5 - x + x * y, 2.25 - x + x * y ** 2, 2.625 - x + x * y ** 3];
  const [a, b, c] = errors;
  return Promise.resolve({
    value: errors.reduce((sum, error) => sum + error ** 2, 0),
    gradient: Float32Array.of(
      2 * a! * (y - 1) + 2 * b! * (y ** 2 - 1) + 2 * c! * (y ** 3 - 1),
      2 * a! * x + 4 * b! * x * y + 6 * c! * x * y ** 2,
    ),
  });
};

/** ½ Σ cᵢ·(xᵢ − tᵢ)² */
export function bowl(curvatures: readonly number[], target: readonly number[]): Objective {
  return async (x) => {
    const gradient = x.map((value, i) => curvatures[i]! * (value - target[i]!));
    return Promise.resolve({
      value: x.reduce((sum, value, i) => sum + (curvatures[i]! * (value - target[i]!) ** 2) / 2, 0),
      gradient,
    });
  };
}

/** All steps of a run, each with its own copy of x. */
export async function collect<S extends { readonly x: Float32Array }>(run: AsyncIterable<S>): Promise<S[]> {
  const steps: S[] = [];
  for await (const step of run) steps.push({ ...step, x: step.x.slice() });
  return steps;
}

/** The error that a run throws. */
export async function failure(run: AsyncGenerator): Promise<unknown> {
  try {
    while (!(await run.next()).done);
  } catch (error) {
    return error;
  }
  throw new Error('the run should have failed');
}
