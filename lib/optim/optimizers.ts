// The update rules: each turns a gradient into the next step.
export { adam, type AdamOptions } from './adam.js';
export { ascent, type AscentOptions } from './ascent.js';
export { rmsprop, type RmspropOptions } from './rmsprop.js';
export { sgd, type SgdOptions } from './sgd.js';
