import { check } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { preprocessings } from '../models/input/preprocessing.js';
import { type NetworkMetadata, writeNetworkMetadata } from '../models/metadata.js';
import type { Model } from '../onnx/graph/graph.js';
import { Detector } from './detector/detector.js';
import type { ImageNetwork } from './image-network.js';
import { Segmenter } from './segmenter/segmenter.js';

/**
 * The graph of a network with metadata about its input and classes. Written to an ONNX file, it can be loaded as the
 * same network by `loadClassifier`, `loadDetector` or `loadSegmenter`.
 */
export function exportModel(network: ImageNetwork): Model {
  check('exportModel', { network: [network, kind.network] });
  return {
    ...network.model,
    metadata: new Map([...network.model.metadata, ...writeNetworkMetadata(metadataOf(network))]),
  };
}

function metadataOf(network: ImageNetwork): NetworkMetadata {
  const input = preprocessings.none;
  if (network instanceof Detector)
    return { input, classes: network.labels.length === 0 ? undefined : network.labels };
  if (!(network instanceof Segmenter)) return { input };
  const { classes, values, standardizes } = network;
  return { input, standardizes, ...(classes.length > 0 && { classes, values }) };
}
