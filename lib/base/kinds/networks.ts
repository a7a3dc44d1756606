import { isRecord, type Kind } from '../arguments.js';
import { having } from './forms.js';

/** Networks, and what they answer. */
export const networkKinds = {
  network: {
    expected: 'a network, as loadNetwork gives it',
    fits: having('model', 'image', 'layers', 'layer'),
  },
  classifier: {
    expected: 'a classifier, as loadClassifier gives it',
    fits: having('model', 'crop', 'probabilities'),
  },
  detector: { expected: 'a detector, as loadDetector gives it', fits: having('model', 'detect') },
  segmenter: { expected: 'a segmenter, as loadSegmenter gives it', fits: having('model', 'segment') },
  localizer: {
    expected: 'a detector, as loadDetector gives it, or a classifier, as loadClassifier gives it',
    fits: (value) => having('model', 'detect')(value) || having('model', 'crop', 'probabilities')(value),
  },
  parts: {
    expected: "a network's parts, { name, model, image, layers … }",
    fits: having('name', 'model', 'image', 'layers'),
  },
  preprocessing: {
    expected: 'the name of a preprocessing or { channels, scale, mean, … }',
    fits: (value) => typeof value === 'string' || isRecord(value),
  },
  segmentation: {
    expected: 'a segmentation, as Segmenter.segment gives it',
    fits: having('width', 'height', 'labels', 'classes'),
  },
  anatomy: { expected: 'an anatomy, as anatomyOf gives it', fits: having('levels') },
} as const satisfies Readonly<Record<string, Kind>>;
