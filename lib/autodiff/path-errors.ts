import { OneirosError } from '../base/errors.js';
import { describe, unknownOperator } from '../onnx/graph/attributes.js';
import type { Node } from '../onnx/graph/graph.js';
import { hasShapeRule } from '../onnx/shapes/infer.js';
import type { ActivePath } from './active-path.js';
import { noBfloat16 } from './names.js';

/** How many nodes of a path an error names before it cuts the middle out. */
const shown = 6;

/** The error for an operator on the path that has no rule. */
export function missingRule(node: Node, path: ActivePath): OneirosError {
  if (node.domain !== '' && !hasShapeRule(node))
    return new OneirosError(
      'unsupported',
      `${unknownOperator(node)}; it is on the path ${pathThrough(node, path)}: ` +
        'give a rule in `overrides.operators` or `overrides.nodes`, or cut the path with `stopGradient`',
    );
  return new OneirosError(
    'unsupported',
    `there is no gradient rule for ${describe(node)} on the path ${pathThrough(node, path)}; ` +
      'give one in `overrides.operators` or `overrides.nodes`, or cut the path with `stopGradient`',
  );
}

/**
 * The error for an input that a rule takes for a constant, but that depends on the values to differentiate by.
 * @param isInput whether it is an input of the model itself
 */
export function missingCotangent(
  node: Node,
  index: number,
  path: ActivePath,
  isInput: boolean,
): OneirosError {
  const input = node.inputs[index];
  const what = input === undefined ? 'a value that its graphs capture' : `its input ${index} ("${input}")`;
  const remedy = isInput
    ? `leave "${input ?? ''}" out of \`wrt\``
    : 'cut the path with `stopGradient` to take it for a constant';
  return new OneirosError(
    'unsupported',
    `the gradient rule for ${describe(node)} on the path ${pathThrough(node, path)} has no gradient by ${what}; ` +
      `${remedy}, or give a rule in \`overrides\``,
  );
}

/** The error for an output whose cotangent a rule does not use. */
export function unusedCotangent(node: Node, index: number, path: ActivePath): OneirosError {
  return new OneirosError(
    'unsupported',
    `the gradient rule for ${describe(node)} on the path ${pathThrough(node, path)} differentiates only its first ` +
      `output, not output ${index} ("${node.outputs[index] ?? ''}"); cut the path with \`stopGradient\`, or give a rule in \`overrides\``,
  );
}

/** The error for a bfloat16 value on the path. */
export function tooNarrow(name: string, node: Node, path: ActivePath): OneirosError {
  return new OneirosError(
    'unsupported',
    `"${name}" on the path ${pathThrough(node, path)} is bfloat16: ${noBfloat16}, or cut the path with \`stopGradient\``,
  );
}

/** The error for a value of `wrt` that no gradient reaches: it names the operators where every path to it ends. */
export function unreached(name: string, path: ActivePath, isEnd: (node: Node) => boolean): OneirosError {
  if (!path.values.has(name))
    return new OneirosError(
      'bad-argument',
      `nothing in [${path.targets.join(', ')}] depends on "${name}", so it has no gradient`,
    );
  const ends = forwardFrom(name, path).filter(isEnd).map(describe);
  const where = [...new Set(ends)].slice(0, shown).join('; ');
  return new OneirosError(
    'unsupported',
    `no gradient reaches "${name}": every path to it ends at an operator without a gradient (${where})`,
  );
}

/** Nodes that depend on a value, the nearest first. */
function forwardFrom(name: string, { usersOf }: ActivePath): readonly Node[] {
  const found = new Set<Node>();
  const queue = [name];
  // The loop also visits what it adds to the queue.
  for (const next of queue)
    for (const user of usersOf.get(next) ?? [])
      if (!found.has(user)) {
        found.add(user);
        for (const output of user.outputs) queue.push(output);
      }
  return [...found];
}

function pathThrough(node: Node, path: ActivePath): string {
  const before = chain(node, ({ inputs }) => inputs.flatMap((name) => path.makerOf.get(name) ?? []));
  const after = chain(node, ({ outputs }) => outputs.flatMap((name) => path.usersOf.get(name) ?? []));
  const names = [...before.toReversed(), node, ...after].map(
    ({ name, op, outputs }) => name || outputs[0] || op,
  );
  const cut = names.length > shown ? [...names.slice(0, shown / 2), '…', ...names.slice(-shown / 2)] : names;
  return cut.join(' → ');
}

/** One chain of nodes from a node to an end of the path. */
function chain(node: Node, neighbors: (node: Node) => readonly Node[]): readonly Node[] {
  const nodes: Node[] = [];
  for (let [next] = neighbors(node); next !== undefined; [next] = neighbors(next)) nodes.push(next);
  return nodes;
}
