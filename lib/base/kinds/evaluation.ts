import { having } from './forms.js';
import type { Kind } from './kind.js';

/** Detections, ground truth and metrics. */
export const evaluationKinds = {
  recalls: {
    expected: "a number of recalls, or 'every-point'",
    fits: (value) => typeof value === 'number' || value === 'every-point',
  },
  confusion: {
    expected: 'a confusion matrix, as confusionMatrix() returns it',
    fits: having('classes', 'counts'),
  },
  truth: { expected: 'ground truth, as cocoTruth returns it', fits: having('categories', 'images', 'boxes') },
  detections: {
    expected: 'detections, as cocoDetections returns them',
    fits: having('score', 'boxes', 'image'),
  },
  protocol: {
    expected: 'a protocol, as cocoProtocol() returns it',
    fits: having('thresholds', 'areas', 'maxDets'),
  },
  vocFigures: { expected: 'figures, as vocFigures returns them', fits: having('mAP', 'perClass') },
  evaluation: {
    expected: 'an evaluation, as evaluateDetections returns it',
    fits: having('protocol', 'ap', 'recall'),
  },
} as const satisfies Readonly<Record<string, Kind>>;
