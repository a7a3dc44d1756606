import type { Command } from 'commander';

import { isAmong } from '../../networks/resolve-name.js';
import type { Task } from '../../weights/catalog/entry.js';
import { findEntry, namesFor } from '../../weights/catalog/find.js';
import { modelPath } from '../../weights/catalog/node/home.js';
import { readCatalog } from '../../weights/catalog/node/read.js';
import type { PullOptions, PullStep } from '../../weights/catalog/pull-options.js';
import type { Progress } from '../terminal/progress.js';
import type { Terminal } from '../terminal/terminal.js';

interface ModelFlags {
  readonly model: string;
  readonly weights?: string;
}

/** The help text of `--model`. */
export function modelHelp(task: Task, builders: readonly string[]): string {
  return `${cataloged(task).join(', ')} (see oneiros models); ${builders.join(', ')} with --weights; or a file that ends in .onnx`;
}

/**
 * Ends the command with a usage error if the model is unknown, or if weights are missing or given for a model with
 * weights.
 */
export function checkModel(
  command: Command,
  { model, weights }: ModelFlags,
  task: Task,
  builders: readonly string[],
): void {
  const builds = isAmong(builders, model);
  if (weights !== undefined && !builds)
    command.error(`error: ${model} brings its own weights; omit --weights`);
  if (weights !== undefined || /\.onnx$/i.test(model) || isAmong(cataloged(task), model)) return;
  if (builds) command.error(`error: ${model} needs --weights <file>`);
  const names = [...new Set([...cataloged(task), ...builders])].join(', ');
  command.error(
    `error: there is no model '${model}' for this. It must be one of ${names}, or a file that ends in .onnx.`,
  );
}

/** The files of a model: the ONNX file itself, or the file of the catalog's model of that name. */
export function modelFiles(model: string): readonly string[] {
  if (/\.onnx$/i.test(model)) return [model];
  const entry = findEntry(readCatalog(), model);
  return entry === undefined ? [] : [modelPath(entry)];
}

/** The task of a model of the catalog; `undefined` if the catalog has no model of that name. */
export function catalogedTask(model: string): Task | undefined {
  return findEntry(readCatalog(), model)?.task;
}

/** The architecture of a model of the catalog; `undefined` if unknown. */
export function catalogedArchitecture(model: string): string | undefined {
  return findEntry(readCatalog(), model)?.architecture;
}

function cataloged(task: Task): readonly string[] {
  return namesFor(readCatalog(), task);
}

/** The pull options of a command: announces the download, shows its progress, and can be aborted. */
export function pullOf({ offline }: { readonly offline: boolean }, terminal: Terminal): PullOptions {
  return {
    ...(offline && { offline }),
    announce: (text) => terminal.say(text),
    onProgress: pullProgress(terminal),
    signal: terminal.signal,
  };
}

/** A progress bar for each model that is pulled. */
function pullProgress(terminal: Terminal): (step: PullStep) => void {
  let bar: Progress | null = null;
  let current: string | null = null;
  return ({ model, done, total }) => {
    if (current !== model) {
      bar?.stop();
      bar = terminal.progress(total, model, 'bytes');
      current = model;
    }
    bar?.update(done);
    if (done >= total) bar?.stop();
  };
}
