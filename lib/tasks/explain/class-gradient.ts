import { gradientName } from '../../autodiff/names.js';
import { OneirosError } from '../../base/errors.js';
import { type Image, toTensor } from '../../image/image.js';
import { checkProbabilities } from '../../models/input/class-head.js';
import type { Classifier } from '../../networks/classifier/classifier.js';
import { Builder } from '../../onnx/builder/builder.js';
import type { Model } from '../../onnx/graph/graph.js';
import { HeldSession } from '../../runtime/held-session.js';
import { openGradient } from '../../runtime/open-gradient.js';
import type { Session } from '../../runtime/types.js';
import { floatsOf, type Results } from '../../tensor/results.js';
import { float32, type Float32Tensor } from '../../tensor/tensor.js';

/** A classifier's output for a picture, and the gradient of one class's score. */
export interface ClassGradient {
  /** The probability of every class. */
  readonly probabilities: Float32Array;
  /**
   * The chosen class's score before the activation, or the logarithm of its probability if the graph has no such value.
   */
  readonly score: number;
  /** The values of the layer (or of the picture), 1×channels×height×width. */
  readonly values: Float32Tensor;
  /** The gradient of the score by `values`, of the same shape. */
  readonly gradient: Float32Tensor;
}

/**
 * The gradient of a class's score by a layer or the picture. One session, opened at the first call, computes it for any
 * class; it is held until this is disposed (`await using`).
 */
export class ClassGradients implements AsyncDisposable {
  readonly #scored: Scored;
  readonly #session = new HeldSession();

  /**
   * @param by a value of the network's graph
   * @throws OneirosError `unsupported` for a network that does not classify
   */
  constructor(
    readonly network: Classifier,
    readonly by: string,
  ) {
    this.#scored = scoredBy(network);
  }

  /** The number of classes. */
  get classes(): number {
    return this.network.head.classes;
  }

  /**
   * @param labelId the number of the class
   * @throws OneirosError `bad-argument` for an unknown class; as `Session.run` does
   */
  async of(picture: Image, labelId: number, signal?: AbortSignal): Promise<ClassGradient> {
    const { classes, probabilities } = this.network.head;
    const { score } = this.#scored;
    if (!Number.isInteger(labelId) || labelId < 0 || labelId >= classes)
      throw new OneirosError(
        'bad-argument',
        `there is no class ${labelId}: ${this.network.name} has classes 0 to ${classes - 1}`,
      );
    const gradient = gradientName(this.by);
    const layer = this.by === this.network.image ? [] : [this.by];
    const results = await this.#run(picture, labelId, [probabilities, score, ...layer, gradient], signal);
    return {
      probabilities: floats(results, probabilities).data,
      score: floats(results, score).data[0]!,
      values: layer.length === 0 ? toTensor(picture) : floats(results, this.by),
      gradient: floats(results, gradient),
    };
  }

  /** The probability of every class. @throws as `Session.run` does */
  async probabilities(picture: Image, signal?: AbortSignal): Promise<Float32Array> {
    const { head, name } = this.network;
    const wanted = [head.probabilities, ...(head.isAssumed ? [head.scores] : [])];
    const results = await this.#run(picture, null, wanted, signal);
    const row = floats(results, head.probabilities).data;
    checkProbabilities(head, name, row, head.isAssumed ? floats(results, head.scores).data : undefined);
    return row;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.dispose();
  }

  #open(): Promise<Session> {
    const { model, score } = this.#scored;
    const { probabilities, scores } = this.network.head;
    const layer = this.by === this.network.image ? [] : [this.by];
    const keepOutputs = [...new Set([...layer, probabilities, scores, score])];
    return openGradient(model, { loss: score, wrt: [this.by], keepOutputs }, this.network.placement);
  }

  async #run(
    picture: Image,
    labelId: number | null,
    fetches: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Results> {
    const { classes } = this.network.head;
    const chosen = float32(new Float32Array(classes), [1, classes]);
    if (labelId !== null) chosen.data[labelId] = 1;
    const feeds = { [this.network.image]: toTensor(picture), [chosenClass]: chosen };
    const opening = { key: 'gradient', open: () => this.#open() };
    return this.#session.run(opening, feeds, { fetches, ...(signal !== undefined && { signal }) });
  }
}

const chosenClass = 'chosen_class';

/** A classifier's model and the name of its output for the chosen class's score. */
interface Scored {
  readonly model: Model;
  readonly score: string;
}

/** The network with the score of the chosen class, before the activation. */
function scoredBy({ model, head }: Classifier): Scored {
  const b = Builder.from(model.graph);
  const { classes } = head;
  const chosen = b.input(chosenClass, 'float32', [1, classes]);
  const scores = b.reshape(b.value(head.scores), [1, classes]);
  const score = b.sum(b.mul(scores, chosen), undefined, false);
  return { model: { ...model, graph: b.graph(model.graph.name) }, score: score.name };
}

/** The result of the first picture, if the graph has a larger batch. */
function floats(results: Results, name: string): Float32Tensor {
  const { data, dims } = floatsOf(results, name);
  const [pictures = 1, ...rest] = dims;
  if (pictures <= 1 || rest.length === 0) return float32(data, dims);
  return float32(data.subarray(0, data.length / pictures), [1, ...rest]);
}
