import type { NamingSchemes } from './translate.js';

/** Faster R-CNN: torchvision's names, which are the canonical ones. */
export const fasterRcnnNames: NamingSchemes = {
  network: 'Faster R-CNN',
  schemes: [
    {
      name: 'torchvision',
      rules: ['backbone', 'rpn', 'roi_heads'].map((part) => ({
        from: `${part}.{rest*}`,
        to: `${part}.{rest}`,
      })),
    },
  ],
};
