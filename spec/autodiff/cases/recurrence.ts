import { floats } from '../../../lib/onnx/graph/attributes.js';
import { tensor } from '../../../lib/tensor/tensor.js';
import { type Draw, exactly, normal, type Options, type Row, row, uniform, weight } from '../row.js';

interface Layer {
  readonly direction?: 'forward' | 'reverse' | 'bidirectional';
  readonly bias?: false;
  readonly lengths?: readonly number[];
  readonly initial?: true;
  readonly peepholes?: true;
  /** Biases of the units, in turn, that keep what the activations take away from their kinks. */
  readonly biases?: readonly [number, number];
  readonly attributes?: Row['attributes'];
  readonly options?: Options;
}

const gates = { LSTM: 4, GRU: 3, RNN: 1 } as const;
const [steps, batch, inputs, hidden] = [4, 2, 3, 2];

/** A layer of 2 units over 4 steps of 2 sequences with 3 inputs, all outputs used. */
function layer(op: keyof typeof gates, settings: Layer = {}): Row {
  const { direction = 'forward', lengths, attributes = {}, options = {} } = settings;
  const directions = direction === 'bidirectional' ? 2 : 1;
  const count = gates[op] * hidden;
  const range = settings.biases ? 0.05 : 0.8;
  const parameter = (...dims: number[]): Draw => weight(uniform(-range, range, directions, ...dims));
  const sequence = (...dims: number[]): Draw => (settings.biases ? uniform(-1, 1, ...dims) : normal(...dims));
  const state = settings.initial ? sequence(directions, batch, hidden) : undefined;
  const all = [
    sequence(steps, batch, inputs),
    parameter(count, inputs),
    parameter(count, hidden),
    settings.bias === false ? undefined : (biases(settings, directions, count) ?? parameter(2 * count)),
    lengths && tensor('int32', Int32Array.from(lengths), [batch]),
    state,
    ...(op === 'LSTM' ? [state, settings.peepholes ? parameter(3 * hidden) : undefined] : []),
  ];
  return row(
    op,
    all,
    { hidden_size: hidden, ...(direction !== 'forward' && { direction }), ...attributes },
    { outputs: op === 'LSTM' ? 3 : 2, ...options },
  );
}

/** The biases for the products with W; those for the products with R are 0. */
function biases({ biases: turns }: Layer, directions: number, count: number): Draw | undefined {
  if (turns === undefined) return undefined;
  const one = Array.from({ length: 2 * count }, (_, i) => (i < count ? turns[i % 2]! : 0));
  return weight(exactly(Array.from({ length: directions }, () => one).flat(), directions, 2 * count));
}

const operators = ['LSTM', 'GRU', 'RNN'] as const;
const forms: readonly Layer[] = [
  {},
  { bias: false },
  { direction: 'reverse', initial: true },
  { direction: 'bidirectional', initial: true },
  { lengths: [4, 2] },
  { direction: 'reverse', lengths: [1, 3], initial: true },
  { direction: 'bidirectional', lengths: [3, 0] },
  { attributes: { clip: 0.4 }, biases: [0.05, 1.2] },
];

export const recurrence: readonly Row[] = [
  ...operators.flatMap((op) => forms.map((form) => layer(op, form))),

  layer('LSTM', { peepholes: true, initial: true }),
  layer('LSTM', { peepholes: true, attributes: { input_forget: 1 }, direction: 'bidirectional' }),
  layer('LSTM', { attributes: { input_forget: 1 }, bias: false }),
  layer('LSTM', {
    biases: [0.6, -0.8],
    attributes: {
      activations: ['HardSigmoid', 'Softsign', 'ScaledTanh'],
      activation_alpha: floats([0.3, 1.5]),
      activation_beta: floats([0.4, 0.7]),
    },
  }),
  layer('LSTM', {
    attributes: {
      activations: ['Sigmoid', 'Affine', 'Softplus', 'Sigmoid', 'Tanh', 'Elu'],
      activation_alpha: floats([0.9, 1.2]),
      activation_beta: floats([0.1]),
    },
    direction: 'bidirectional',
  }),
  layer('LSTM', { attributes: { clip: 0.3 }, biases: [0.02, 1.2], peepholes: true, initial: true }),
  layer('GRU', { attributes: { linear_before_reset: 1 }, initial: true }),
  layer('GRU', { attributes: { linear_before_reset: 1 }, bias: false, direction: 'reverse' }),
  layer('GRU', {
    attributes: { linear_before_reset: 1, clip: 0.5 },
    biases: [0.05, 1.2],
    direction: 'bidirectional',
    lengths: [2, 4],
  }),
  layer('GRU', { biases: [0.5, -0.8], attributes: { activations: ['HardSigmoid', 'LeakyRelu'] } }),
  layer('GRU', {
    biases: [0.6, -0.8],
    attributes: {
      activations: ['Sigmoid', 'tanh', 'HARDSIGMOID', 'Softsign'],
      activation_alpha: floats([0.25]),
    },
    direction: 'bidirectional',
  }),
  ...(['Relu', 'LeakyRelu', 'Elu', 'Softplus', 'Sigmoid'] as const).map((name) =>
    layer('RNN', { attributes: { activations: [name] }, biases: [1.2, -1.2] }),
  ),
  layer('RNN', {
    biases: [1.2, -1.2],
    attributes: {
      activations: ['ThresholdedRelu', 'Affine'],
      activation_alpha: floats([0.2, 0.6]),
      activation_beta: floats([0.3]),
    },
    direction: 'bidirectional',
  }),
  ...operators.map((op) => layer(op, { options: { outputs: 1, note: 'only every state' } })),
];
