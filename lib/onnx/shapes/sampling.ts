import { anySize, isEqual } from '../facts/dim.js';
import { contradiction, dtypeOf, type Inference, type Inferences, known, shapeOf } from '../facts/facts.js';

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

export const sampling: Inferences = {
  GridSample: gridSample,
};
