import { attr } from '../onnx/attributes.js';
import type { Value } from '../onnx/builder.js';
import type { Graph, Node } from '../onnx/graph.js';
import { Builder } from '../onnx/ops.js';
import { freshCopy } from '../onnx/rename.js';
import { freeNames } from '../onnx/subgraphs.js';
import { ReverseWalk } from './walk.js';

/**
 * The gradient of an If node: another If by the same condition, whose branches run the forward branch once more and
 * return the cotangents of what it took from around it; zeros for what that branch did not use.
 */
export function conditionalCotangents(
  walk: ReverseWalk,
  node: Node,
  dys: readonly (Value | null)[],
): readonly (readonly [Value, Value])[] {
  const { b, path } = walk;
  const taken = [...new Set(freeNames(node))]
    .filter((name) => path.values.has(name))
    .map((name) => b.value(name));
  if (taken.length === 0) return [];
  const branch = (name: string) =>
    ({ type: 'graph', value: branchGradient(walk, attr.graph(node, name), dys, taken) }) as const;
  const condition = b.value(node.inputs[0] ?? '');
  const cotangents = b.ops('If', [condition], taken.length, {
    then_branch: branch('then_branch'),
    else_branch: branch('else_branch'),
  });
  return taken.map((value, i) => [value, cotangents[i]!]);
}

function branchGradient(
  { b, options }: ReverseWalk,
  branch: Graph,
  dys: readonly (Value | null)[],
  taken: readonly Value[],
): Graph {
  const inner = new Builder(b);
  const copy = freshCopy(branch, (name) => inner.fresh(name));
  inner.load(copy);
  const seeds = copy.outputs.flatMap(({ name }, i) => {
    const dy = dys[i] ?? null;
    return dy === null ? [] : [{ name, dy }];
  });
  const walk = new ReverseWalk(inner, copy, {
    ...options,
    targets: seeds.map(({ name }) => name),
    wrt: taken.map(({ name }) => name),
  });
  for (const { name, dy } of seeds) walk.seed(inner.value(name), dy);
  walk.run();
  for (const value of taken) {
    const cotangent = walk.cotangentOf(value.name) ?? inner.fillLike(value, 0);
    inner.output(cotangent, inner.fresh('cotangent'));
  }
  return inner.graph(`gradient of ${branch.name}`);
}
