import { OneirosError } from '../../errors.js';
import { readCocoDetections, readCocoTruth } from '../../metrics/coco.js';
import { cocoFigures, evaluateDetections, vocFigures } from '../../metrics/evaluate.js';
import { pascalDefaults, pascalDetections, pascalTruth, type PascalFile } from '../../metrics/pascal.js';
import { cocoDefaults, cocoProtocol, cocoQuirks, vocDefaults, vocProtocol } from '../../metrics/protocol.js';
import type { Detections, Truth } from '../../metrics/tables.js';
import { choice, number, resolveOptions, type OptionValues } from '../../options.js';
import { about, fileChunks, filesIn, fileText, isFolder } from '../annotations.js';
import type { Register } from '../command.js';
import { addFlags, parseNumber } from '../flags.js';
import type { Terminal } from '../terminal.js';

const detectOptions = {
  protocol: choice(['coco', 'voc2007', 'voc2012'], 'coco', 'by whose rules'),
  iouType: choice(['bbox', 'segm'], 'bbox', 'compare boxes, or masks'),
  boxes: choice(
    ['xywh', 'xyxy'],
    pascalDefaults.form,
    'the boxes of text files: a corner and the size, or two corners',
  ),
  pixels: choice(
    ['inclusive', 'continuous'],
    vocDefaults.pixels,
    'for voc: whether boxes are whole pixels and count both ends',
  ),
  ...cocoQuirks,
} as const;

/** Not in the table, because what it is without the flag depends on the protocol. */
const iouOption = number(vocDefaults.iou, 'IoU from which on a detection is right', { min: 0, max: 1 });

interface DetectFlags extends OptionValues<typeof detectOptions> {
  readonly gt: string;
  readonly dt: string;
  readonly iou?: number;
  readonly json?: boolean;
}

export const registerEvaluateDetect: Register = (parent, terminal) => {
  const command = parent
    .command('detect')
    .summary('average precision of detections')
    .description(
      'Average precision of detections: by COCO, the twelve figures of pycocotools; by Pascal VOC, AP of each class.',
    )
    .requiredOption(
      '--gt <path>',
      'the truth: a COCO JSON file, or a folder of text files, `class x y w h` a line',
    )
    .requiredOption(
      '--dt <path>',
      'the detections: a COCO results file, or a folder, `class score x y w h` a line',
    );
  addFlags(command, detectOptions)
    .option(
      '--iou <n>',
      `${iouOption.about} (default: ${iouOption.default}; coco: ${cocoDefaults.thresholds[0]} to .95)`,
      (text: string) => parseNumber(text, iouOption),
    )
    .option('--json', 'print the result as JSON')
    .action((flags: DetectFlags) => runDetect(flags, terminal));
};

async function runDetect(flags: DetectFlags, terminal: Terminal): Promise<void> {
  const { truth, detections } = await readTables(flags, terminal.signal);
  if (flags.protocol === 'coco') {
    const quirks = resolveOptions(cocoQuirks, flags);
    const protocol = cocoProtocol({
      ...quirks,
      ...(flags.iou === undefined ? {} : { thresholds: [flags.iou] }),
    });
    const { headlineAt100 } = quirks;
    const figures = cocoFigures(evaluateDetections(truth, detections, protocol), { headlineAt100 });
    terminal.result(figures, lines(Object.entries(figures)), flags.json);
    return;
  }
  const pixels = flags.iouType === 'segm' ? 'continuous' : flags.pixels;
  const protocol = vocProtocol(flags.protocol, {
    pixels,
    ...(flags.iou === undefined ? {} : { iou: flags.iou }),
  });
  const figures = vocFigures(evaluateDetections(truth, detections, protocol));
  const text = lines([...Object.entries(figures.perClass), ['mAP', figures.mAP]]);
  terminal.result(figures, text, flags.json);
}

async function readTables(
  { gt, dt, iouType, boxes }: DetectFlags,
  signal: AbortSignal,
): Promise<{ truth: Truth; detections: Detections }> {
  const folders = [await isFolder(gt), await isFolder(dt)];
  if (folders[0] !== folders[1])
    throw new OneirosError(
      'bad-argument',
      '--gt and --dt must both be COCO JSON files, or both folders of text files',
    );
  if (!folders[0]) {
    const truth = await about(gt, () => readCocoTruth(fileChunks(gt), { iouType, signal }));
    return {
      truth,
      detections: await about(dt, () => readCocoDetections(fileChunks(dt), truth, { signal })),
    };
  }
  if (iouType === 'segm')
    throw new OneirosError(
      'bad-argument',
      'text files hold boxes alone: --iou-type segm needs COCO JSON files',
    );
  const truthFiles = await pascalFiles(gt);
  const truth = await about(gt, () => pascalTruth(truthFiles, { form: boxes }));
  const detectionFiles = await pascalFiles(dt);
  return {
    truth,
    detections: await about(dt, () => pascalDetections(detectionFiles, truth, { form: boxes })),
  };
}

async function pascalFiles(folder: string): Promise<PascalFile[]> {
  const files: PascalFile[] = [];
  for (const { name, path } of await filesIn(folder, ['.txt']))
    files.push({ image: name, text: await fileText(path) });
  return files;
}

function lines(figures: readonly (readonly [string, number])[]): string {
  const width = Math.max(...figures.map(([name]) => name.length));
  return figures
    .map(([name, value]) => `${name.padEnd(width)}  ${value === -1 ? '–' : value.toFixed(4)}`)
    .join('\n');
}
