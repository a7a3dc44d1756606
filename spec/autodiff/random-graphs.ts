import { grad } from '../../lib/autodiff/grad.js';
import { gradientName } from '../../lib/autodiff/names.js';
import { messageOf } from '../../lib/base/errors.js';
import { derivative } from '../../lib/gradients/difference.js';
import { inFloat64 } from '../../lib/gradients/float64.js';
import { along, dot, noiseLike } from '../../lib/gradients/perturb.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { extractSubgraph } from '../../lib/onnx/passes/extract.js';
import { openSession } from '../../lib/runtime/session.js';
import type { Session } from '../../lib/runtime/types.js';
import { type Random, random } from '../../lib/tensor/random.js';
import { sizeOf, type Tensor, tensor } from '../../lib/tensor/tensor.js';
import { growths } from './random-growths.js';

/** A value of a random graph: its sizes, and a bound on its elements, so that nothing overflows. */
export interface Grown {
  readonly value: Value;
  readonly dims: readonly number[];
  readonly bound: number;
}

/** A graph that grows at random, in double precision. All its parameters are inputs. */
export class RandomGraph {
  readonly b = new Builder();
  readonly r: Random;
  readonly #values: Grown[] = [];
  readonly #used = new Set<string>();
  #inputs = 0;

  constructor(seed: number) {
    this.r = random(seed);
  }

  /** A new input, standard normal when the graph runs. */
  input(...dims: number[]): Grown {
    return { value: this.b.input(`x${this.#inputs++}`, 'float64', dims), dims, bound: 5 };
  }

  add(grown: Grown): void {
    this.#values.push(grown);
  }

  /** An existing value that fits, preferably a new one; marked as used. */
  pick(fits: (grown: Grown) => boolean = () => true): Grown | undefined {
    const fitting = this.#values.filter(fits);
    const newest = fitting[fitting.length - 1 - Math.floor(this.r.uniform() ** 2 * fitting.length)];
    if (newest !== undefined) this.#used.add(newest.value.name);
    return newest;
  }

  readonly choose = <T>(items: readonly T[]): T => {
    const item = items[this.r.integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError('nothing to choose from');
    return item;
  };

  /** All values that nothing else uses. */
  leaves(): readonly Grown[] {
    return this.#values.filter(({ value }) => !this.#used.has(value.name));
  }
}

/** The largest tensor that is kept. */
const largest = 600;
/** Elements beyond this are scaled down. */
const widest = 30;

/** A model of 20 to 60 nodes, whose inputs are float64 of known sizes; the same for the same seed. */
export function randomModel(seed: number): Model {
  const graph = new RandomGraph(seed);
  const { b, r } = graph;
  graph.add(
    graph.input(
      ...graph.choose([
        [2, 4, 6, 6],
        [1, 4, 7, 5],
        [3, 8],
        [2, 5, 4],
        [1, 8, 4, 4],
      ]),
    ),
  );
  const target = r.integer(20, 60);
  for (let attempt = 0; b.graph().nodes.length < target && attempt < 400; attempt++) {
    const grown = graph.choose(growths)(graph);
    if (grown === null || sizeOf(grown.dims) > largest || sizeOf(grown.dims) === 0) continue;
    const isWide = grown.bound > widest;
    const value = isWide ? b.div(grown.value, grown.bound / 4) : grown.value;
    graph.add({ ...grown, value, bound: isWide ? 4 : grown.bound });
  }
  for (const { value } of graph.leaves()) b.output(value);
  const model = b.model();
  // Removes what was too large, and what only that used.
  return extractSubgraph(
    model,
    [],
    model.graph.outputs.map(({ name }) => name),
  );
}

export interface RandomOutcome {
  readonly seed: number;
  readonly nodes: number;
  /** |numeric − analytic| / max(|analytic|, ‖gradient‖), along one direction in all inputs at once. */
  readonly error: number;
  readonly failure?: string;
}

/** In double precision differences are good to about 1e-8. */
export const randomTolerance = 1e-5;

/** Checks the gradients of `count` random graphs, whose seeds are 0, 1, 2 … */
export async function* checkRandomGraphs(count: number): AsyncGenerator<RandomOutcome> {
  for (let seed = 0; seed < count; seed++) yield await checkRandomGraph(seed);
}

/** Checks the gradient of the random graph with this seed, by all its inputs. */
async function checkRandomGraph(seed: number): Promise<RandomOutcome> {
  const model = randomModel(seed);
  const nodes = model.graph.nodes.length;
  try {
    return { seed, nodes, error: await errorOf(model, seed) };
  } catch (error) {
    return { seed, nodes, error: Infinity, failure: messageOf(error) };
  }
}

async function errorOf(model: Model, seed: number): Promise<number> {
  const r = random(seed + 0.5);
  const derived = grad(model, { keepOutputs: [] });
  const point = Object.fromEntries(
    model.graph.inputs.map(({ name, type }) => {
      const dims = (type?.shape ?? []).map(Number);
      return [
        name,
        tensor(
          'float64',
          Float64Array.from({ length: sizeOf(dims) }, () => r.normal()),
          dims,
        ),
      ];
    }),
  );
  await using forward = await openWide(model, point);
  const outputs = await forward.run(point);
  const cotangents = mapTensors(outputs, (t) => noiseLike(t, r));
  const directions = mapTensors(point, (t) => noiseLike(t, r));
  const numeric = await derivative(
    async (h) => {
      const moved = Object.entries(point).map(
        ([name, t]) => [name, along(t, at(directions, name), h)] as const,
      );
      return inner(await forward.run(Object.fromEntries(moved)), cotangents);
    },
    [1e-4, 1e-5, 1e-6],
  );
  const seeds = Object.entries(cotangents).map(([name, t]) => [gradientName(name), t] as const);
  const feeds = { ...point, ...Object.fromEntries(seeds) };
  await using reverse = await openWide(derived, feeds);
  const gradients = await reverse.run(feeds);
  const own = Object.fromEntries(Object.keys(point).map((name) => [name, at(gradients, gradientName(name))]));
  const analytic = inner(own, directions);
  const norm = Math.sqrt(inner(own, own));
  return Math.abs(numeric.value - analytic) / Math.max(Math.abs(analytic), norm);
}

type Tensors = Readonly<Record<string, Tensor>>;

async function openWide(model: Model, feeds: Tensors): Promise<Session> {
  const wide = inFloat64(
    model,
    Object.fromEntries(Object.entries(feeds).map(([name, { dims }]) => [name, dims])),
  );
  if (wide === null) throw new Error('no double-precision form');
  return await openSession(encodeModel(wide), { isolation: 'none', threads: 1, transfer: true });
}

function at(tensors: Tensors, name: string): Tensor {
  const found = tensors[name];
  if (found === undefined) throw new Error(`there is no "${name}"`);
  return found;
}

function mapTensors(tensors: Tensors, f: (t: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, f(t)]));
}

function inner(a: Tensors, c: Tensors): number {
  return Object.keys(c).reduce((sum, name) => sum + dot(at(a, name), at(c, name)), 0);
}
