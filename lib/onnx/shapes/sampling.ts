import { anySize, isEqual } from '../facts/dim.js';
import {
  anyShape,
  contradiction,
  dtypeOf,
  type Inference,
  type Inferences,
  known,
  shapeOf,
} from '../facts/facts.js';

/** Values sampled at the positions of a grid [n, …out, 2 or 3]. */
const gridSample: Inference = (node, inputs) => {
  const [x, grid] = inputs;
  const [shape, places] = [shapeOf(x), shapeOf(grid)];
  if (shape === null || places === null)
    return [known(dtypeOf(x), (shape ?? places)?.map(() => anySize) ?? null)];
  if (shape.length !== places.length || isEqual(places.at(-1)!, shape.length - 2) === false)
    throw contradiction(
      node,
      inputs,
      'the grid must have as many axes as the image, the last with its coordinates',
    );
  return [known(dtypeOf(x), [...shape.slice(0, 2), ...places.slice(1, -1)])];
};

/** A place for each element of the output: [n, …sizes, axes], of θ [n, axes, axes + 1]. */
const affineGrid: Inference = (_, [theta, size]) => {
  const [batch = anySize, axes] = shapeOf(theta) ?? [];
  const count = size?.content?.length ?? shapeOf(size)?.[0];
  const rank = typeof count === 'number' ? count : typeof axes === 'number' ? axes + 2 : null;
  if (rank === null) return [known(dtypeOf(theta), null)];
  const sizes = size?.content?.slice(2) ?? anyShape(rank - 2);
  return [known(dtypeOf(theta), [batch, ...sizes, rank - 2])];
};

export const sampling: Inferences = {
  AffineGrid: affineGrid,
  GridSample: gridSample,
};
