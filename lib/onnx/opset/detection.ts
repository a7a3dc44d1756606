import type { Rules } from './rule.js';

export const detection: Rules = {
  // 16 corrects the half-pixel offset and keeps the old behavior as an option.
  RoiAlign: [
    {
      before: 16,
      convert: (c) => c.keep({ coordinate_transformation_mode: 'output_half_pixel' }),
    },
  ],
};
