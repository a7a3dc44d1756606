import { elementType } from '../../onnx/codec/elements.js';
import { type Facts, numbersIn } from '../../onnx/facts/facts.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { isFloat } from '../../tensor/dtype.js';
import { rules } from './rules.js';
import { anything, type Spread, spreadOfConstant } from './spread.js';

/**
 * What is known about the numbers of each value of a graph, by its name.
 * @param nodes nodes of operator set 17, in topological order
 * @param factsOf the facts that shape inference derived for a value
 */
export function spreadsOf(
  nodes: readonly Node[],
  factsOf: (name: string) => Facts | undefined,
): ReadonlyMap<string, Spread> {
  const spreads = new Map<string, Spread>();
  const shapeOf = (name: string) => factsOf(name)?.type?.shape ?? null;
  const constants = new Map<string, Spread>();
  const spreadOf = (name: string): Spread => {
    const known = spreads.get(name) ?? constants.get(name);
    if (known !== undefined) return known;
    const spread = spreadOfConstant(name, factsOf(name)?.constant);
    constants.set(name, spread);
    return spread;
  };
  for (const node of nodes) {
    const rule = ruleOf(node, factsOf);
    node.outputs.forEach((name, i) => {
      if (name === '') return;
      const known =
        rule === null || (i > 0 && node.op !== 'Split')
          ? { unclear: node.op }
          : rule(node, {
              x: node.inputs.map((input) => spreadIfComputed(node, input, spreadOf)),
              shape: (input) => shapeOf(node.inputs[input] ?? ''),
              result: shapeOf(name),
              numbers: (input) => numbersIn(factsOf(node.inputs[input] ?? '')),
            });
      spreads.set(name, { ...anything(name), ...known });
    });
  }
  return spreads;
}

/** Operators with learned weights. Their inputs are skipped: weights are large, and their range implies nothing. */
const learnedOperators = new Set('Conv ConvTranspose Gemm MatMul Einsum BatchNormalization PRelu'.split(' '));

function spreadIfComputed(node: Node, name: string, spreadOf: (name: string) => Spread): Spread {
  return name === '' || learnedOperators.has(node.op) ? anything(name) : spreadOf(name);
}

function ruleOf(node: Node, factsOf: (name: string) => Facts | undefined) {
  if (node.domain !== '') return null;
  if (node.op !== 'Cast') return rules.get(node.op) ?? null;
  const [from, to] = [factsOf(node.inputs[0] ?? '')?.type?.dtype, elementType(attr.int(node, 'to'))];
  const isExact = from !== undefined && to !== undefined && isFloat(from) && isFloat(to);
  return isExact ? (rules.get('Identity') ?? null) : null;
}
