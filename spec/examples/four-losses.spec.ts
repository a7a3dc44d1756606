import { expect } from 'chai';
import { type Image, solid, toTensor } from 'oneiros';
import { encodeModel } from 'oneiros/onnx';
import { float32, int64, openSession } from 'oneiros/runtime';
import {
  fit,
  learnedWeights,
  loadFasterRcnnLosses,
  lossNames,
  optimizers,
  slimFasterRcnn,
  slimTraining,
} from 'oneiros/train';

// Faster R-CNN is trained on the sum of four losses. For each anchor: is there an object, and where? For each proposal:
// what is it, and where? Here all of them are one graph, with matching and sampling; `grad` differentiates it, and
// `fit` minimizes it.
describe('Example: the four losses of Faster R-CNN', () => {
  const placement = { isolation: 'none', threads: 1 } as const;
  const picture = withSquares();
  const example = {
    image: toTensor(picture),
    target_boxes: float32([8, 8, 40, 40, 56, 24, 88, 56], [2, 4]),
    target_labels: int64([1, 2]),
    seed: int64([1]),
  };
  const options = { ...slimTraining, minSize: 64, maxSize: 96, size: picture };
  const start = () => ({ weights: slimFasterRcnn({ classes: 3, seed: 1 }), metadata: {} });

  it('have the expected values for an untrained network', async () => {
    const { model } = await loadFasterRcnnLosses(start(), options);
    await using session = await openSession(encodeModel(model), placement);
    const results = await session.run(example, { fetches: [...lossNames, 'loss'] });
    const values = [...lossNames, 'loss'].map((name) => Number(results[name]?.data[0]));
    const [objectness, rpnBoxes, classifier, boxes, sum] = values;

    // An untrained network guesses: ln 2 for object or none, ln 3 for two classes and the background.
    expect(objectness).to.be.closeTo(Math.log(2), 0.2);
    expect(classifier).to.be.closeTo(Math.log(3), 0.2);
    expect(rpnBoxes).to.be.above(0);
    expect(boxes).to.be.above(0);
    expect(sum).to.be.closeTo(
      values.slice(0, 4).reduce((a, b) => a + b),
      1e-5,
    );
  });

  it('fall when the network is trained, with proposals as constants', async () => {
    const { model, weights, stopGradient } = await loadFasterRcnnLosses(start(), options);
    const losses: number[] = [];
    const data = { length: 1, sample: () => Promise.resolve(example) };
    const optimizer = optimizers.adam({ learningRate: 1e-3 });
    for await (const step of fit(model, data, {
      loss: 'loss',
      wrt: weights,
      stopGradient,
      optimizer,
      steps: 8,
      clip: 10,
      metrics: lossNames,
      placement,
    })) {
      losses.push(step.value);
      expect(Object.keys(step.metrics)).to.deep.equal([...lossNames]);
      // The learned weights have torchvision's names.
      if (step.done === 8)
        expect([...learnedWeights(step.model()).keys()]).to.include('rpn.head.conv.0.0.weight');
    }
    expect(losses.at(-1)).to.be.below(0.75 * losses[0]!);
  });
});

/** A light square and a dark one. */
function withSquares(): Image {
  const picture = solid({ width: 96, height: 64 }, [0.5, 0.5, 0.5]);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < 32; y++) {
      const row = c * 96 * 64;
      picture.data.fill(0.9, row + (8 + y) * 96 + 8, row + (8 + y) * 96 + 40);
      picture.data.fill(0.1, row + (24 + y) * 96 + 56, row + (24 + y) * 96 + 88);
    }
  return picture;
}
