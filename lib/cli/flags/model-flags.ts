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

/** What may be said for `--model`. */
export function modelHelp(task: Task, builders: readonly string[]): string {
  return `${cataloged(task).join(', ')} (see oneiros models); ${builders.join(', ')} with --weights; or a file that ends in .onnx`;
}

/** Ends the command for bad usage if there is no such model, or weights are missing, or in vain. */
export function checkModel(
  command: Command,
  { model, weights }: ModelFlags,
  task: Task,
  builders: readonly string[],
): void {
  const builds = isAmong(builders, model);
  if (weights !== undefined && !builds)
    command.error(`error: ${model} brings its own weights; leave --weights away`);
  if (weights !== undefined || /\.onnx$/i.test(model) || isAmong(cataloged(task), model)) return;
  if (builds) command.error(`error: ${model} needs --weights <file>`);
  const names = [...new Set([...cataloged(task), ...builders])].join(', ');
  command.error(
    `error: there is no model '${model}' for this. It must be one of ${names}, or a file that ends in .onnx.`,
  );
}

/** The files that a model's name stands for: an ONNX file's path, or what the catalog's model of that name is kept in. */
export function modelFiles(model: string): readonly string[] {
  if (/\.onnx$/i.test(model)) return [model];
  const entry = findEntry(readCatalog(), model);
  return entry === undefined ? [] : [modelPath(entry)];
}

/** What a model of the catalog does; `undefined` if it has none of that name. */
export function catalogedTask(model: string): Task | undefined {
  return findEntry(readCatalog(), model)?.task;
}

/** What a model of the catalog is built as. */
export function catalogedArchitecture(model: string): string | undefined {
  return findEntry(readCatalog(), model)?.architecture;
}

function cataloged(task: Task): readonly string[] {
  return namesFor(readCatalog(), task);
}

/** How a command pulls a model that is not here: it says so, shows how far it is, and can be stopped. */
export function pullOf({ offline }: { readonly offline: boolean }, terminal: Terminal): PullOptions {
  return {
    ...(offline && { offline }),
    announce: (text) => terminal.say(text),
    onProgress: pullProgress(terminal),
    signal: terminal.signal,
  };
}

/** A bar for each model that is pulled, which goes away when it is here. */
function pullProgress(terminal: Terminal): (step: PullStep) => void {
  let bar: Progress | null = null;
  let of: string | null = null;
  return ({ model, done, total }) => {
    if (of !== model) {
      bar?.stop();
      bar = terminal.progress(total, model, 'bytes');
      of = model;
    }
    bar?.update(done);
    if (done >= total) bar?.stop();
  };
}
