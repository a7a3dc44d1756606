import type { Dialects } from '../dialect.js';

/** Faster R-CNN: torchvision's names, which are the canonical ones. */
export const fasterRcnnDialects: Dialects = {
  network: 'Faster R-CNN',
  dialects: [
    {
      name: 'torchvision',
      rules: ['backbone', 'rpn', 'roi_heads'].map((part) => ({
        from: `${part}.{rest*}`,
        to: `${part}.{rest}`,
      })),
    },
  ],
};
