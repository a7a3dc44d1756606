import type { Rules } from './rule.js';

export const detection: Rules = {
  // The half pixel at the corner was corrected at 16, with the old way as an option.
  RoiAlign: [
    {
      before: 16,
      convert: (c) => c.keep({ coordinate_transformation_mode: 'output_half_pixel' }),
    },
  ],
};
