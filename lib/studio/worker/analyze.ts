import { encodeImage } from '../../image/codec/decode-encode.js';
import type { Image } from '../../image/image.js';
import type { Segmentation } from '../../networks/segmenter/segmentation.js';
import { drawDetections } from '../../tasks/draw/detections.js';
import { colorOfClass, overlay } from '../../tasks/draw/segmentation.js';
import type { AnalysisOrder, Calls, ClassShare } from '../state/protocol.js';
import type { WorkerContext } from './paint.js';
import type { Answered } from './port.js';

/** Detections below this are dropped. The page hides those below its slider without running the network again. */
const lowestScore = 0.05;

/** Analyzes pictures, and keeps the last segmentation for saving. */
export class Analyzer {
  #last: { readonly picture: number; readonly segmentation: Segmentation } | null = null;

  constructor(readonly context: WorkerContext) {}

  async analyze({ task, model, picture: id, settings }: AnalysisOrder): Promise<Answered<'analyze'>> {
    const { networks, pictures } = this.context;
    const picture = pictures.get(id);
    switch (task) {
      case 'detect': {
        const network = await networks.detector(model);
        const detections = await network.detect(picture, { score: lowestScore, limit: 100 });
        return { answer: { kind: task, detections } };
      }
      case 'segment': {
        const network = await networks.segmenter(model);
        const { threshold, tile } = numbers(settings);
        const segmentation = await network.segment(picture, { threshold, tile, probabilities: false });
        this.#last = { picture: id, segmentation };
        const overlay = await classBitmap(segmentation);
        return {
          answer: { kind: task, classes: segmentation.classes.map(shareOf), overlay },
          transfer: [overlay],
        };
      }
      case 'classify': {
        const network = await networks.features(model);
        return {
          answer: { kind: task, labels: await network.classify(picture, { top: numbers(settings)['top'] }) },
        };
      }
    }
  }

  /** A picture as a PNG file, with texts in the file and marks drawn over the picture. */
  async save({ picture, texts, marks }: Calls['save']['ask']): Promise<Answered<'save'>> {
    const bytes = await encodeImage(this.#marked(picture, marks), 'png', { text: texts });
    return { answer: new Blob([Uint8Array.from(bytes)], { type: 'image/png' }) };
  }

  #marked(id: number, marks: Calls['save']['ask']['marks']): Image {
    const picture = this.context.pictures.get(id);
    if (marks?.kind === 'boxes') return drawDetections(picture, marks.detections);
    if (marks?.kind === 'classes' && this.#last?.picture === id)
      return overlay(picture, this.#last.segmentation, { opacity: marks.opacity });
    return picture;
  }
}

function numbers(settings: AnalysisOrder['settings']): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : [])),
  );
}

function shareOf({ name, fraction }: Segmentation['classes'][number], index: number): ClassShare {
  const color = colorOfClass(index).map((value) => Math.round(255 * value));
  return { name, fraction, color: index === 0 ? null : `rgb(${color.join(' ')})` };
}

/** Every class in its color, the background transparent. */
function classBitmap({ width, height, labels, classes }: Segmentation): Promise<ImageBitmap> {
  const colors = classes.map((_, index) => colorOfClass(index).map((value) => Math.round(255 * value)));
  const data = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === 0) continue;
    const [r, g, b] = colors[label]!;
    data.set([r!, g!, b!, 255], 4 * i);
  }
  return createImageBitmap(new ImageData(data, width, height));
}
