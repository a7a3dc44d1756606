import { having } from './forms.js';
import { isRecord, type Kind } from './kind.js';

/** Networks and their results. */
export const networkKinds = {
  network: {
    expected: 'a network, as loadNetwork returns it',
    fits: having('model', 'image', 'layers', 'layer'),
  },
  classifier: {
    expected: 'a classifier, as loadClassifier returns it',
    fits: having('model', 'crop', 'probabilities'),
  },
  detector: { expected: 'a detector, as loadDetector returns it', fits: having('model', 'detect') },
  segmenter: { expected: 'a segmenter, as loadSegmenter returns it', fits: having('model', 'segment') },
  localizer: {
    expected: 'a detector, as loadDetector returns it, or a classifier, as loadClassifier returns it',
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
    expected: 'a segmentation, as Segmenter.segment returns it',
    fits: having('width', 'height', 'labels', 'classes'),
  },
  anatomy: { expected: 'an anatomy, as anatomyOf returns it', fits: having('levels') },
} as const satisfies Readonly<Record<string, Kind>>;
