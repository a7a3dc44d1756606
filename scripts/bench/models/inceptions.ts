/** GoogLeNet's modules up to 4c: the channels of the input, and of the branches 1×1, 3×3 (reduced, full), 5×5, pool. */
export const inceptions = {
  '3a': [192, 64, 96, 128, 16, 32, 32],
  '3b': [256, 128, 128, 192, 32, 96, 64],
  '4a': [480, 192, 96, 208, 16, 48, 64],
  '4b': [512, 160, 112, 224, 24, 64, 64],
  '4c': [512, 128, 128, 256, 24, 64, 64],
} as const;
