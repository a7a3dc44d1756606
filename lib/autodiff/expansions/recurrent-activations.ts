import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr, float } from '../../onnx/graph/attributes.js';
import type { Expansion } from './expansion.js';

/** An activation of a recurrent layer, element by element. */
export type Activation = (b: Builder, x: Value) => Value;

interface Kind {
  /** What α and β are if the node does not give them; absent if ONNX and ONNX Runtime differ, `null` if not used. */
  readonly alpha: number | null | undefined;
  readonly beta: number | null | undefined;
  readonly apply: (b: Builder, x: Value, alpha: number, beta: number) => Value;
}

const plain = (op: string): Kind => ({ alpha: null, beta: null, apply: (b, x) => b.op(op, [x]) });
const withAlpha = (op: string, alpha: number): Kind => ({
  alpha,
  beta: null,
  apply: (b, x, value) => b.op(op, [x], { alpha: float(value) }),
});

/** By their names in lower case, since ONNX Runtime accepts every case. */
const kinds: ReadonlyMap<string, Kind> = new Map([
  ['relu', plain('Relu')],
  ['sigmoid', plain('Sigmoid')],
  ['softplus', plain('Softplus')],
  ['softsign', plain('Softsign')],
  ['tanh', plain('Tanh')],
  ['elu', withAlpha('Elu', 1)],
  ['leakyrelu', withAlpha('LeakyRelu', 0.01)],
  [
    'thresholdedrelu',
    { alpha: undefined, beta: null, apply: (b, x, alpha) => b.where(b.greater(x, alpha), x, 0) },
  ],
  [
    'hardsigmoid',
    {
      alpha: 0.2,
      beta: 0.5,
      apply: (b, x, alpha, beta) => b.op('HardSigmoid', [x], { alpha: float(alpha), beta: float(beta) }),
    },
  ],
  [
    'affine',
    { alpha: undefined, beta: undefined, apply: (b, x, alpha, beta) => b.add(b.mul(x, alpha), beta) },
  ],
  [
    'scaledtanh',
    {
      alpha: undefined,
      beta: undefined,
      apply: (b, x, alpha, beta) => b.mul(b.tanh(b.mul(x, beta)), alpha),
    },
  ],
]);

/**
 * The activations of a node, for one direction after the other. Each that has an α or β takes the next number of the
 * attribute.
 * @param defaults the names for one direction
 */
export function activationsOf(
  c: Expansion,
  defaults: readonly string[],
  directions: number,
): readonly Activation[] {
  const count = defaults.length * directions;
  const names = attr.strings(c.node, 'activations', repeated(defaults, directions));
  if (names.length !== count) c.fail(`${names.length} activations instead of ${count}`);
  const alphas = [...attr.floats(c.node, 'activation_alpha', [])];
  const betas = [...attr.floats(c.node, 'activation_beta', [])];
  return names.map((name) => {
    const kind = kinds.get(name.toLowerCase()) ?? c.fail(`the activation ${name}`);
    const next = (given: number[], otherwise: number | null | undefined, what: string) =>
      otherwise === null
        ? 0
        : (given.shift() ?? otherwise ?? c.fail(`the activation ${name} without ${what}`));
    const alpha = next(alphas, kind.alpha, 'activation_alpha');
    const beta = next(betas, kind.beta, 'activation_beta');
    return (b, x) => kind.apply(b, x, alpha, beta);
  });
}

function repeated(names: readonly string[], times: number): readonly string[] {
  return Array.from({ length: times }, () => names).flat();
}
