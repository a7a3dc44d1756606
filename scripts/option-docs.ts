// Documents a task's options for editors: an interface beside each option table, with the text, default and range of
// each option. `npm run api` writes them from the tables, and a spec compares them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';

import type { Option, OptionTable } from '../lib/base/option-table.js';
import { cocoQuirks } from '../lib/metrics/detection/protocol.js';
import { classifyOptions } from '../lib/networks/classifier/classifier.js';
import { vgg19Options } from '../lib/networks/classifier/published-classifiers.js';
import { detectOptions } from '../lib/networks/detector/detector.js';
import { segmentOptions } from '../lib/networks/segmenter/segmenter.js';
import { classifyEachOptions } from '../lib/tasks/classify/classify.js';
import { detectEachOptions } from '../lib/tasks/detect/detect.js';
import { dreamOptions, zoomOptions } from '../lib/tasks/dream/options.js';
import { explainOptions } from '../lib/tasks/explain/explainer.js';
import { localizeOptions } from '../lib/tasks/localize/localize.js';
import { slidingWindowOptions } from '../lib/tasks/segment/sliding-window.js';
import { styleOptions } from '../lib/tasks/style/options.js';
import { fitOptions } from '../lib/train/fit/options.js';
import { trainUNetOptions } from '../lib/train/segmentation/unet.js';

/** The file of each table in lib/, and the name of its interface. */
const tables: readonly (readonly [file: string, name: string, table: OptionTable])[] = [
  ['metrics/detection/protocol.ts', 'CocoQuirks', cocoQuirks],
  ['networks/classifier/classifier.ts', 'ClassifyParameters', classifyOptions],
  ['networks/classifier/published-classifiers.ts', 'VGG19Parameters', vgg19Options],
  ['networks/detector/detector.ts', 'DetectParameters', detectOptions],
  ['networks/segmenter/segmenter.ts', 'SegmentParameters', segmentOptions],
  ['tasks/classify/classify.ts', 'ClassifyEachParameters', classifyEachOptions],
  ['tasks/detect/detect.ts', 'DetectEachParameters', detectEachOptions],
  ['tasks/dream/options.ts', 'DreamParameters', dreamOptions],
  ['tasks/dream/options.ts', 'ZoomParameters', zoomOptions],
  ['tasks/explain/explainer.ts', 'ExplainParameters', explainOptions],
  ['tasks/localize/localize.ts', 'LocalizeParameters', localizeOptions],
  ['tasks/segment/sliding-window.ts', 'SlidingWindowParameters', slidingWindowOptions],
  ['tasks/style/options.ts', 'StyleParameters', styleOptions],
  ['train/fit/options.ts', 'FitParameters', fitOptions],
  ['train/segmentation/unet.ts', 'TrainUNetParameters', trainUNetOptions],
];

/** The expected contents of the files with option tables, by path. */
export async function documentedFiles(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const [file, name, table] of tables) {
    const path = join(import.meta.dirname, '../lib', file);
    const text = texts.get(path) ?? readFileSync(path, 'utf8');
    const [start, end] = bodyOf(text, name, path);
    const body = Object.entries(table).map(([option, what]) => property(option, what));
    texts.set(path, `${text.slice(0, start)}${body.join('')}${text.slice(end)}`);
  }
  for (const [path, text] of texts)
    texts.set(path, await format(text, { ...(await resolveConfig(path)), parser: 'typescript' }));
  return texts;
}

/** The range of the body of an interface. */
function bodyOf(text: string, name: string, path: string): readonly [number, number] {
  const head = `export interface ${name} {\n`;
  const at = text.indexOf(head);
  if (at < 0) throw new Error(`${path} has no interface ${name}`);
  const start = at + head.length;
  // The body of an interface without options is empty.
  return [start, text.startsWith('}', start) ? start : text.indexOf('\n}\n', start) + 1];
}

function property(name: string, option: Option): string {
  const text = `${sentence(option.about)} ${rangeOf(option)}`.trim();
  const type = option.kind === 'choice' ? option.choices.map(quoted).join(' | ') : typeOf(option);
  const value = option.kind === 'choice' ? quoted(option.default) : String(option.default);
  const lines = [...wrapped(text), `@default ${value}`].map((line) => `   * ${line}\n`);
  return `  /**\n${lines.join('')}   */\n  readonly ${name}?: ${type} | undefined;\n`;
}

function typeOf({ kind }: Option): string {
  return kind === 'flag' ? 'boolean' : 'number';
}

function quoted(text: string): string {
  return `'${text}'`;
}

function sentence(about: string): string {
  return `${/^[a-z]/.test(about) ? about[0]!.toUpperCase() : about.slice(0, 1)}${about.slice(1)}.`;
}

function rangeOf(option: Option): string {
  if (option.kind !== 'number') return '';
  const { min = -Infinity, max = Infinity, integer = false } = option;
  const what = integer ? 'A whole number' : 'A number';
  if (max === Infinity) return min === -Infinity ? `${what}.` : `${what} of at least ${min}.`;
  return min === -Infinity ? `${what} of at most ${max}.` : `${what} from ${min} to ${max}.`;
}

/** Breaks text into lines that fit the width of a file. */
function wrapped(text: string): readonly string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line.length + word.length < 104) lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const [path, text] of await documentedFiles()) writeFileSync(path, text);
