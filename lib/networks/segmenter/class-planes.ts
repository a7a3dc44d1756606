import { OneirosError } from '../../base/errors.js';
import { describeHead, type HeadOptions } from '../../models/input/class-head.js';
import { describe } from '../../models/input/picture-input.js';
import { type Activation, activationOf } from '../../models/output-activation/activation.js';
import { anything } from '../../models/output-activation/spread.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Node, Shape } from '../../onnx/graph/graph.js';
import { isFloat } from '../../tensor/dtype.js';
import type { GenericGraph } from '../generic-onnx.js';

/** The per-pixel result of a network. */
export interface ClassPlanes {
  /** Probabilities, 1×planes×height×width. */
  readonly value: Value;
  readonly planes: number;
  /** Whether they add up to 1 at every pixel. */
  readonly exclusive: boolean;
  /** A description, for a note. */
  readonly about: string;
}

/**
 * Finds the output that has a plane for each class, and adds nodes that convert it to probabilities.
 * @throws OneirosError `unsupported` if no output has planes, several have, or the activation is unknown;
 *   `bad-argument` if the graph already has another activation
 */
export function planesOf(graph: GenericGraph, network: string, options: HeadOptions): ClassPlanes {
  const { name, scores, axis, planes } = chooseOutput(graph, network, options.head);
  const found = activationOf(graph.spreads.get(name) ?? anything(name), axis, planes);
  const kind = options.activation ?? found.kind;
  if (kind === 'unknown')
    throw new OneirosError(
      'unsupported',
      `the graph of ${network} does not show whether its output "${name}" holds scores or probabilities${found.kind === 'unknown' ? `: ${found.why}` : ''}; set the option \`activation\``,
    );
  const isThere = found.kind !== 'none' && found.kind !== 'unknown';
  if (isThere && kind !== found.kind && kind !== 'none')
    throw new OneirosError(
      'bad-argument',
      `the graph has a ${found.kind} before its output "${name}", so ${kind} cannot be added; leave \`activation\` out`,
    );
  const isChosen = options.activation !== undefined;
  const usual = planes > 1 ? 'softmax' : 'sigmoid';
  const activation = kind === 'none' && !isChosen ? usual : kind;
  const isAdded = !isThere && activation !== 'none';
  const value = isAdded || activation === 'log-softmax' ? activated(graph, scores, activation) : scores;
  return {
    value,
    planes,
    exclusive: activation.endsWith('softmax') || (activation === 'none' && found.kind === 'softmax'),
    about: describeHead({ classes: planes, activation, isAssumed: isAdded && !isChosen }),
  };
}

function activated({ b }: GenericGraph, scores: Value, activation: Activation): Value {
  const name = b.fresh('probabilities');
  if (activation === 'softmax') return b.op('Softmax', [scores], { axis: 1 }, { name });
  return b.op(activation === 'sigmoid' ? 'Sigmoid' : 'Exp', [scores], {}, { name });
}

interface Output {
  readonly name: string;
  /** 1×classes×height×width. */
  readonly scores: Value;
  /** The axis of the classes in the file. */
  readonly axis: number;
  readonly planes: number;
}

function chooseOutput(graph: GenericGraph, network: string, wanted: string | undefined): Output {
  const named = [...graph.outputs].filter(([name]) => wanted === undefined || name === wanted);
  const [output, ...others] = named.flatMap(([name, value]) => planesIn(graph, name, value) ?? []);
  if (output === undefined)
    throw new OneirosError(
      'unsupported',
      `${network} gives ${Array.from(graph.outputs, ([name, { type }]) => describe({ name, type })).join(', ')}; expected a plane for each class, float32 [1, classes, height, width]`,
    );
  if (others.length > 0)
    throw new OneirosError(
      'unsupported',
      `the outputs ${[output, ...others].map(({ name, planes }) => `"${name}" (${planes})`).join(' and ')} of ${network} all have planes; choose one with the option \`head\``,
    );
  return output;
}

function planesIn({ b, shape: input, nodes }: GenericGraph, name: string, value: Value): Output | null {
  const shape = value.type?.shape;
  if (!value.type || !isFloat(value.type.dtype) || shape?.length !== 4) return null;
  const last = isChannelsLast(shape, input) ?? endsTransposed(nodes, name);
  const axis = last ? 3 : 1;
  const planes = shape[axis];
  if (typeof planes !== 'number') return null;
  return { name, axis, planes, scores: last ? b.transpose(value, [0, 3, 1, 2]) : value };
}

/** Whether the second and third axis have the picture's proportions, not the last two; `null` if that is ambiguous. */
function isChannelsLast(shape: Shape, [, , height, width]: Shape): boolean | null {
  const inProportion = (rows: number) => {
    const [a, b] = [shape[rows], shape[rows + 1]];
    if (a === height && b === width) return true;
    return (
      [a, b, height, width].every((size) => typeof size === 'number') &&
      Number(a) * Number(width) === Number(b) * Number(height)
    );
  };
  const [first, last] = [inProportion(2), inProportion(1)];
  return first === last ? null : last;
}

/** Operators that may follow a change of layout before the output. */
const trailing = new Set('Identity Cast Softmax LogSoftmax Sigmoid Exp Clip Resize'.split(' '));

/** Whether the graph ends by moving the channels to the last axis. */
function endsTransposed(nodes: readonly Node[], output: string): boolean {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let maker = makers.get(output);
  while (maker !== undefined && trailing.has(maker.op)) maker = makers.get(maker.inputs[0] ?? '');
  return maker?.op === 'Transpose' && attr.ints(maker, 'perm', [])[3] === 1;
}
