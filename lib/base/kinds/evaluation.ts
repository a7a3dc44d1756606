import type { Kind } from '../arguments.js';
import { having } from './forms.js';

/** Detections, truth and figures. */
export const evaluationKinds = {
  recalls: {
    expected: "a number of recalls, or 'every-point'",
    fits: (value) => typeof value === 'number' || value === 'every-point',
  },
  confusion: {
    expected: 'a confusion matrix, as confusionMatrix() makes it',
    fits: having('classes', 'counts'),
  },
  truth: { expected: 'a truth, as cocoTruth gives it', fits: having('categories', 'images', 'boxes') },
  detections: {
    expected: 'detections, as cocoDetections gives them',
    fits: having('score', 'boxes', 'image'),
  },
  protocol: {
    expected: 'a protocol, as cocoProtocol() gives it',
    fits: having('thresholds', 'areas', 'maxDets'),
  },
  vocFigures: { expected: 'figures, as vocFigures gives them', fits: having('mAP', 'perClass') },
  evaluation: {
    expected: 'an evaluation, as evaluateDetections gives it',
    fits: having('protocol', 'ap', 'recall'),
  },
} as const satisfies Readonly<Record<string, Kind>>;
