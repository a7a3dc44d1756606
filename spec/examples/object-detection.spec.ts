import { expect } from 'chai';
import { type Box, detect, drawDetections, FasterRCNN, type Image, loadDetector, solid } from 'oneiros';
import {
  boxIou,
  cocoDetections,
  cocoFigures,
  cocoProtocol,
  cocoResults,
  cocoTruth,
  evaluateDetections,
  nms,
} from 'oneiros/metrics';

// Detection gives a varying number of objects, each with its class, its box and a score. The network is a Faster R-CNN
// (Ren et al. 2015) that is small enough to come with the library, and its intermediate results are accessible.
describe('Example: object detection', () => {
  const model = 'onnx-models/fasterrcnn-cells.onnx';
  const placement = { isolation: 'none' } as const;

  // A drawing of five red blood cells and a white one.
  const red: Box[] = [
    [49, 49, 151, 151],
    [209, 39, 311, 141],
    [369, 329, 471, 431],
    [509, 69, 611, 171],
    [39, 329, 141, 431],
  ];
  const white: Box = [230, 170, 410, 350];
  const smear = drawSmear(red, white);

  it('finds every cell and its class', async () => {
    await using network = await loadDetector(model, { placement });
    const found = await detect(network, smear, { score: 0.5 });
    const boxesOf = (label: string) =>
      found.flatMap((object) => (object.label === label ? [object.box] : []));
    expect(boxesOf('RBC')).to.have.length(5);
    for (const box of red)
      expect(Math.max(...boxesOf('RBC').map((other) => boxIou(box, other)))).to.be.above(0.6);
    expect(boxesOf('WBC').map((box) => boxIou(box, white) > 0.6)).to.deep.equal([true]);

    // The result as a picture, and in COCO's format.
    expect(drawDetections(smear, found).data).not.to.deep.equal(smear.data);
    expect(cocoResults(1, found)[0]).to.have.all.keys('image_id', 'category_id', 'bbox', 'score');
  });

  it('finds nothing in a picture without objects, which is not an error', async () => {
    await using network = await loadDetector(model, { placement });
    expect(await network.detect(solid({ width: 320, height: 240 }, [0.93, 0.9, 0.88]))).to.deep.equal([]);
  });

  it('proposes regions first and then classifies each: every detection comes from a proposal', async () => {
    await using network = await loadDetector(model, { placement });
    if (!(network instanceof FasterRCNN)) throw new Error('it is a Faster R-CNN');
    const proposals = await network.proposals(smear);
    expect(proposals.length).to.be.within(10, 150);

    const [surest] = await network.detectFromProposals(smear);
    expect(surest?.proposal).to.deep.equal(proposals[surest!.proposalIndex]);
    // The second stage moved the proposal, but not far.
    expect(boxIou(surest!.box, surest!.proposal.box)).to.be.above(0.4);
    const { [surest!.level]: features } = await network.features(smear, [surest!.level]);
    expect(features?.dims.slice(0, 2)).to.deep.equal([1, 64]);
  });

  it('keeps the best of overlapping proposals: non-maximum suppression', async () => {
    await using network = await loadDetector(model, { placement });
    if (!(network instanceof FasterRCNN)) throw new Error('it is a Faster R-CNN');
    const proposals = await network.proposals(smear);
    const boxes = proposals.map(({ box }) => box);
    const scores = proposals.map(({ objectness }) => objectness);
    expect(nms(boxes, scores, 0.3).length).to.be.below(nms(boxes, scores, 0.6).length);
  });

  it('is measured by average precision', async () => {
    await using network = await loadDetector(model, { placement });
    const annotations = [...red.map((box) => ({ box, category: 1 })), { box: white, category: 2 }];
    const truth = cocoTruth({
      images: [{ id: 1 }],
      categories: [
        { id: 1, name: 'RBC' },
        { id: 2, name: 'WBC' },
      ],
      annotations: annotations.map(({ box: [x0, y0, x1, y1], category }, i) => ({
        id: i + 1,
        image_id: 1,
        category_id: category,
        bbox: [x0, y0, x1 - x0, y1 - y0],
      })),
    });
    const found = cocoResults(1, await network.detect(smear, { score: 0.3 }));
    const evaluation = evaluateDetections(truth, cocoDetections(found, truth), cocoProtocol());
    expect(cocoFigures(evaluation).AP50).to.be.above(0.9);
  });
});

/** Discs that fade to their middles; the white cell has a dark nucleus. */
function drawSmear(red: readonly Box[], white: Box): Image {
  const picture = solid({ width: 640, height: 480 }, [0.93, 0.9, 0.88]);
  for (const box of red) disc(picture, box, 1, [0.8, 0.62, 0.62], [0.9, 0.78, 0.76]);
  disc(picture, white, 1, [0.75, 0.65, 0.78], [0.7, 0.6, 0.75]);
  disc(picture, white, 0.69, [0.42, 0.28, 0.6], [0.4, 0.25, 0.58]);
  return picture;
}

type Color = readonly [number, number, number];

function disc(
  { data, width, height }: Image,
  [x0, y0, x1, y1]: Box,
  part: number,
  edge: Color,
  middle: Color,
) {
  const radius = (part * (x1 - x0)) / 2;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const distance = Math.hypot(x - (x0 + x1) / 2, y - (y0 + y1) / 2) / radius;
      if (distance > 1) continue;
      const inner = Math.max(0, 1 - 1.6 * distance);
      edge.forEach((value, c) => {
        data[(c * height + y) * width + x] = value + (middle[c]! - value) * inner;
      });
    }
}
