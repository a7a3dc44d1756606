import { weightFile } from './weight-file.js';

/** Blocks of ResNet-50's stages and the channels inside them. */
const stages = [
  [3, 64],
  [4, 128],
  [6, 256],
  [3, 512],
] as const;
/** Keeps activations from growing from block to block. */
const branchScale = 0.5;

/** The path of random weights of Faster R-CNN R50-FPN, which find some objects. */
export function fasterRcnnWeights(folder: string): Promise<string> {
  return weightFile(folder, 'fasterrcnn_resnet50_fpn', (weights) => {
    const body = 'backbone.body';
    weights.normed(`${body}.conv1`, `${body}.bn1`, [64, 3, 7, 7]);
    let channels = 64;
    stages.forEach(([blocks, width], i) => {
      for (let j = 0; j < blocks; j++) {
        const name = `${body}.layer${i + 1}.${j}`;
        weights.normed(`${name}.conv1`, `${name}.bn1`, [width, channels, 1, 1]);
        weights.normed(`${name}.conv2`, `${name}.bn2`, [width, width, 3, 3]);
        weights.normed(`${name}.conv3`, `${name}.bn3`, [4 * width, width, 1, 1], branchScale);
        if (j === 0)
          weights.normed(`${name}.downsample.0`, `${name}.downsample.1`, [4 * width, channels, 1, 1], 0.7);
        channels = 4 * width;
      }
      weights.withBias(`backbone.fpn.inner_blocks.${i}.0`, [256, channels, 1, 1]);
      weights.withBias(`backbone.fpn.layer_blocks.${i}.0`, [256, 256, 3, 3]);
    });
    weights.withBias('rpn.head.conv.0.0', [256, 256, 3, 3]);
    weights.withBias('rpn.head.cls_logits', [3, 256, 1, 1], 0.02);
    weights.withBias('rpn.head.bbox_pred', [12, 256, 1, 1], 0.005);
    weights.withBias('roi_heads.box_head.fc6', [1024, 256 * 7 * 7]);
    weights.withBias('roi_heads.box_head.fc7', [1024, 1024]);
    weights.withBias('roi_heads.box_predictor.cls_score', [91, 1024], 0.05);
    weights.withBias('roi_heads.box_predictor.bbox_pred', [364, 1024], 0.02);
  });
}
