import { OneirosError } from '../errors.js';
import type { Model } from '../onnx/graph.js';
import { encodeModel } from '../onnx/write.js';
import { openSession, type Session, type SessionOptions } from '../runtime/session.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Sample } from './data.js';
import { trainingGraph, type FeedSizes, type TrainingGraph, type TrainingGraphOptions } from './graph.js';
import type { LearnedWeights } from './parameters.js';

/** What one batch gives. */
export interface BatchResult {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** All outputs of the training graph. */
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * A training graph ready to run. It is made for feeds of the sizes that the first batch has, which makes it faster; once
 * a batch of other sizes comes it is made anew, for any.
 */
export class TrainingSession implements AsyncDisposable {
  #open: {
    readonly graph: TrainingGraph;
    readonly session: Session;
    readonly sizes: FeedSizes | undefined;
  } | null = null;

  constructor(
    private readonly model: Model,
    private readonly options: Omit<TrainingGraphOptions, 'sizes'>,
    private readonly sessionOptions: SessionOptions,
  ) {}

  /** Makes the session ready for a batch, and tells which weights it trains. */
  async prepare(batch: Sample): Promise<TrainingGraph> {
    if (this.#open !== null && fits(batch, this.#open.sizes)) return this.#open.graph;
    const sizes =
      this.#open === null
        ? new Map(Object.entries(batch).map(([name, { dims }]) => [name, dims]))
        : undefined;
    const graph = trainingGraph(this.model, { ...this.options, sizes });
    await this[Symbol.asyncDispose]();
    const session = await openSession(encodeModel(graph.model), { ...this.sessionOptions, transfer: true });
    this.#open = { graph, session, sizes };
    return graph;
  }

  async run(batch: Sample, weights: LearnedWeights): Promise<BatchResult> {
    const graph = await this.prepare(batch);
    const outputs = await this.#open!.session.run({ ...batch, ...Object.fromEntries(weights) });
    const metrics = Array.from(graph.metrics, ([name, output]) => [name, scalarOf(outputs, output)] as const);
    return { loss: scalarOf(outputs, graph.loss), metrics: Object.fromEntries(metrics), outputs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open?.session.dispose();
    this.#open = null;
  }
}

function fits(batch: Sample, sizes: FeedSizes | undefined): boolean {
  return (
    sizes === undefined ||
    Object.entries(batch).every(([name, { dims }]) => sizes.get(name)?.join() === dims.join())
  );
}

function scalarOf(outputs: Readonly<Record<string, Tensor>>, name: string): number {
  const tensor = outputs[name];
  const value = tensor?.data.length === 1 ? tensor.data[0] : undefined;
  if (typeof value !== 'number')
    throw new OneirosError(
      'bad-argument',
      `"${name}" is ${tensor ? `${tensor.dtype} [${tensor.dims.join(', ')}]` : 'missing'}: losses and metrics are single floating-point numbers`,
    );
  return value;
}
