import { gradientName } from '../../autodiff/names.js';
import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import type { Model } from '../../onnx/graph/graph.js';
import { openGradient } from '../../runtime/open-gradient.js';
import type { Session, SessionOptions } from '../../runtime/types.js';
import type { Tensor } from '../../tensor/tensor.js';
import {
  type FeedSizes,
  type TrainingGraph,
  trainingGraph,
  trainingPrefix,
  type TrainingTask,
} from '../graph/graph.js';
import type { LearnedWeights } from '../graph/parameters.js';
import type { Sample } from './data.js';

/** The results of one batch. */
export interface BatchResult {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** The gradient of the loss by a weight. */
  readonly gradientOf: (name: string) => Tensor | undefined;
  /** The batch's value of each running statistic, and its share in the new running value. */
  readonly statistics: readonly {
    readonly name: string;
    readonly value: Tensor | undefined;
    readonly share: number;
  }[];
}

/**
 * A session of the training graph. The graph is first made for the sizes of the first batch, which makes it faster; if
 * a batch of other sizes comes, it is made again for any sizes.
 */
export class TrainingSession implements AsyncDisposable {
  #open: {
    readonly graph: TrainingGraph;
    readonly session: Session;
    readonly sizes: FeedSizes | undefined;
  } | null = null;

  constructor(
    private readonly model: Model,
    private readonly options: TrainingTask,
    private readonly sessionOptions: SessionOptions,
  ) {}

  /** The sizes that the graph is made for; `undefined` for any sizes. */
  get sizes(): FeedSizes | undefined {
    return this.#open?.sizes;
  }

  /**
   * Opens the session if needed; returns the graph.
   * @param sizes if `resumed`, the sizes of the first graph; otherwise it is made for those of the batch
   */
  async prepare(batch: Sample, sizes?: FeedSizes, resumed = false): Promise<TrainingGraph> {
    if (this.#open === null) return this.#make(resumed ? sizes : sizesOf(batch));
    return fits(batch, this.#open.sizes) ? this.#open.graph : this.#make(undefined);
  }

  async #make(sizes: FeedSizes | undefined): Promise<TrainingGraph> {
    const graph = trainingGraph(this.model, { ...this.options, sizes });
    await this[Symbol.asyncDispose]();
    const session = await openGradient(graph.model, graph.gradient, this.sessionOptions);
    this.#open = { graph, session, sizes };
    return graph;
  }

  /** @param weights inputs of the graph; they must not change until the promise settles */
  async run(batch: Sample, weights: LearnedWeights): Promise<BatchResult> {
    const graph = await this.prepare(batch);
    const outputs = await this.#open!.session.run({ ...batch, ...Object.fromEntries(weights) });
    const metrics = Array.from(graph.metrics, ([name, output]) => [name, scalarOf(outputs, output)] as const);
    return {
      loss: scalarOf(outputs, graph.loss),
      metrics: Object.fromEntries(metrics),
      gradientOf: (name) => own(outputs, gradientName(name, trainingPrefix)),
      statistics: graph.statistics.map(({ name, batch, share }) => ({
        name,
        value: own(outputs, batch),
        share,
      })),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open?.session.dispose();
    this.#open = null;
  }
}

function sizesOf(batch: Sample): FeedSizes {
  return new Map(Object.entries(batch).map(([name, { dims }]) => [name, dims]));
}

function fits(batch: Sample, sizes: FeedSizes | undefined): boolean {
  return (
    sizes === undefined ||
    Object.entries(batch).every(([name, { dims }]) => sizes.get(name)?.join() === dims.join())
  );
}

function scalarOf(outputs: Readonly<Record<string, Tensor>>, name: string): number {
  const tensor = own(outputs, name);
  const value = tensor?.data.length === 1 ? tensor.data[0] : undefined;
  if (typeof value !== 'number')
    throw new OneirosError(
      'bad-argument',
      `"${name}" is ${tensor ? `${tensor.dtype} [${tensor.dims.join(', ')}]` : 'missing'}: losses and metrics must be scalars of floating-point type`,
    );
  return value;
}
