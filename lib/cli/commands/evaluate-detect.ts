import { Option } from 'commander';

import { OneirosError } from '../../base/errors.js';
import { choice, number, type OptionValues, resolveOptions } from '../../base/option-table.js';
import { own } from '../../base/own.js';
import { evaluateDetections } from '../../metrics/detection/evaluate.js';
import {
  cocoFigures,
  undefinedCocoFigures,
  type UndefinedFigures,
  undefinedVocFigures,
  vocFigures,
} from '../../metrics/detection/figures.js';
import {
  cocoDefaults,
  cocoProtocol,
  cocoQuirks,
  vocDefaults,
  vocProtocol,
} from '../../metrics/detection/protocol.js';
import { readCocoDetections, readCocoTruth } from '../../metrics/io/coco.js';
import { pascalDefaults } from '../../metrics/io/pascal.js';
import { addFlags, parseNumber } from '../flags/option-flags.js';
import { type BoxFolderFlags, type BoxTables, readBoxFolders } from '../inputs/box-folder.js';
import { about, fileChunks, isFolder } from '../inputs/input-files.js';
import type { Register, Terminal } from '../terminal/terminal.js';

const detectOptions = {
  protocol: choice(['coco', 'voc2007', 'voc2012'], 'coco', 'the protocol to evaluate by'),
  iouType: choice(['bbox', 'segm'], 'bbox', 'compare boxes, or masks'),
  units: choice(
    ['auto', 'pixels', 'relative'],
    'auto',
    'the units of text files: pixels, or fractions of the picture (YOLO); auto: guessed from the numbers',
  ),
  score: choice(
    ['first', 'last'],
    pascalDefaults.scoreAt,
    'where the score is in text files: after the class, or after the box (YOLO)',
  ),
  ...cocoQuirks,
} as const;

/** Not in the table, because its default depends on the protocol. */
const iouOption = number(vocDefaults.iou, 'the least IoU of a correct detection', { min: 0, max: 1 });

interface DetectFlags extends OptionValues<typeof detectOptions>, BoxFolderFlags {
  readonly gt: string;
  readonly dt: string;
  readonly iou?: number;
  /** Whether boxes are whole pixels and include both ends. */
  readonly pixels?: 'inclusive' | 'continuous';
  readonly json?: boolean;
}

export const registerEvaluateDetect: Register = (command, terminal) => {
  command
    .description(
      'Average precision of detections: for COCO, the twelve figures of pycocotools; for Pascal VOC, the AP of each class.',
    )
    .requiredOption(
      '--gt <path>',
      "the truth: a COCO JSON file, or a folder of Pascal's XML files or of text files with lines `class x y w h`",
    )
    .requiredOption(
      '--dt <path>',
      'the detections: a COCO results file, or a folder of text files with lines `class score x y w h`',
    );
  addFlags(command, detectOptions)
    .option(
      '--iou <n>',
      `${iouOption.about} (default: ${iouOption.default}; coco: ${cocoDefaults.thresholds[0]} to .95)`,
      (text: string) => parseNumber(text, iouOption),
    )
    .addOption(
      new Option(
        '--boxes <word>',
        `the boxes of text files: a corner and the size, two corners, or center and size (default: ${pascalDefaults.form}; if the truth is XML: xyxy)`,
      ).choices(['xywh', 'xyxy', 'cxcywh']),
    )
    .addOption(
      new Option(
        '--pixels <word>',
        `for voc: whether boxes are whole pixels and include both ends (default: ${vocDefaults.pixels}; for relative boxes and masks: continuous)`,
      ).choices(['inclusive', 'continuous']),
    )
    .option('--pictures <folder>', 'the pictures, for their sizes: text files with relative boxes need them')
    .option('--json', 'print the result as JSON')
    .action((flags: DetectFlags) => {
      if (flags.protocol === 'coco' && flags.pixels !== undefined)
        command.error(
          "error: --pixels is for voc2007 and voc2012: COCO's protocol has no whole pixels; omit it",
        );
      return runDetect(flags, terminal);
    });
};

async function runDetect(flags: DetectFlags, terminal: Terminal): Promise<void> {
  const tables = await readTables(flags, terminal);
  const { truth, detections } = tables;
  for (const note of [...truth.notes, ...detections.notes]) terminal.say(note);
  if (flags.protocol === 'coco') {
    const marked = truth.ignore.reduce((sum, flag) => sum + flag, 0);
    if (marked > 0 && flags.ignoreOverwritten)
      terminal.say(
        `objects marked "ignore" or difficult count like others, as in pycocotools: ${marked} (--no-ignore-overwritten excludes them)`,
      );
    const quirks = resolveOptions(cocoQuirks, flags);
    const protocol = cocoProtocol({
      ...quirks,
      ...(flags.iou === undefined ? {} : { thresholds: [flags.iou] }),
    });
    const { headlineAt100 } = quirks;
    const evaluation = evaluateDetections(truth, detections, protocol);
    const figures = cocoFigures(evaluation, { headlineAt100 });
    report(
      figures,
      Object.entries(figures),
      undefinedCocoFigures(evaluation, { headlineAt100 }),
      tables,
      flags,
      terminal,
    );
    return;
  }
  const isContinuous = flags.iouType === 'segm' || flags.units === 'relative';
  const protocol = vocProtocol(flags.protocol, {
    pixels: flags.pixels ?? (isContinuous ? 'continuous' : vocDefaults.pixels),
    ...(flags.iou === undefined ? {} : { iou: flags.iou }),
  });
  const figures = vocFigures(evaluateDetections(truth, detections, protocol));
  const named = [...Object.entries(figures.perClass), ['mAP', figures.mAP] as const];
  report(figures, named, undefinedVocFigures(figures), tables, flags, terminal);
}

async function readTables(flags: DetectFlags, terminal: Terminal): Promise<BoxTables> {
  const { gt, dt, iouType } = flags;
  const folders = [await isFolder(gt), await isFolder(dt)];
  if (folders[0] !== folders[1])
    throw new OneirosError('bad-argument', '--gt and --dt must both be COCO JSON files, or both folders');
  if (!folders[0]) {
    const { boxes, pictures, units, score } = flags;
    if (boxes !== undefined || pictures !== undefined || units !== 'auto' || score !== 'first')
      throw new OneirosError(
        'bad-argument',
        '--boxes, --units, --score and --pictures are for folders of text files: boxes of COCO files are x, y, width and height in pixels; omit these flags',
      );
    const { signal } = terminal;
    const truth = await about(gt, () => readCocoTruth(fileChunks(gt), { iouType, signal }));
    return {
      truth,
      detections: await about(dt, () => readCocoDetections(fileChunks(dt), truth, { signal })),
    };
  }
  if (iouType === 'segm')
    throw new OneirosError(
      'bad-argument',
      'folders of XML or text files have only boxes: --iou-type segm needs COCO JSON files',
    );
  return readBoxFolders(gt, dt, flags, terminal);
}

function report(
  figures: object,
  named: readonly (readonly [string, number])[],
  reasons: UndefinedFigures,
  { truth, detections }: BoxTables,
  { json }: DetectFlags,
  terminal: Terminal,
): void {
  const leftOut = { annotations: truth.leftOut, detections: detections.leftOut };
  const width = Math.max(...named.map(([name]) => name.length));
  const lines = named.map(([name, value]) => {
    const text = value === -1 ? `– (${own(reasons, name) ?? 'undefined'})` : value.toFixed(4);
    return `${name.padEnd(width)}  ${text}`;
  });
  terminal.result({ ...figures, undefined: reasons, leftOut }, lines, json);
}
