import { OneirosError } from '../../base/errors.js';
import { current, push, replace } from '../state/history.js';
import type { ModelInfo, PaintProgress, PictureInfo } from '../state/protocol.js';
import type { RecipeStep } from '../state/recipe.js';
import { currentVersion, isBusy, layersFor, type Run, type Version } from '../state/state.js';
import { type TaskId, tasks } from '../state/tasks.js';
import { type Context, endPainting, showError } from './context.js';
import { withFallback } from './fallback.js';
import { readyModel } from './models.js';
import { setHistory } from './pictures.js';
import { titleOfStep } from './recipes.js';

const preparing: Omit<Run, 'id' | 'task'> = {
  status: 'preparing',
  provider: null,
  done: 0,
  total: 0,
  part: 1,
  parts: 1,
  points: [],
  preview: null,
};

export interface Start {
  /** The version to start from. @default the current one */
  readonly from?: Version | null;
  /** The step after which a painting ends early; `null` for all steps. */
  readonly stopAfter?: number | null;
}

/**
 * Runs the task of the open tab.
 * @returns whether it was completed
 */
export async function start(
  context: Context,
  { from: version = currentVersion(context.store.state), stopAfter = null }: Start = {},
): Promise<boolean> {
  const { store } = context;
  const { tab } = store.state;
  if (isBusy(store.state) || version === null) return false;
  endPainting(context);
  const id = (store.state.run?.id ?? 0) + 1;
  const first: Run = { ...preparing, id, task: tab };
  store.update({ run: first, notice: null });
  try {
    return await withFallback(
      context,
      () => store.update({ run: first }),
      async () => {
        const info = await readyModel(context, tab);
        if (info === null) throw new OneirosError('not-found', 'there is no network for this yet: add one');
        // It may have been stopped while the network was loaded.
        if (store.state.run?.id !== id || store.state.run.status !== 'preparing') return false;
        return tab === 'dream' || tab === 'style'
          ? await paint(context, tab, info, version, stopAfter)
          : await analyze(context, tab, info, version);
      },
    );
  } catch (error) {
    showError(context, error);
    return false;
  } finally {
    const { run } = store.state;
    if (run?.id === id && run.status !== 'stopped')
      store.update({ run: { ...run, status: 'done', preview: null } });
  }
}

async function paint(
  context: Context,
  task: 'dream' | 'style',
  { id: model, name }: ModelInfo,
  version: Version,
  stopAfter: number | null,
): Promise<boolean> {
  const { store, engine } = context;
  const { styles, settings: all } = store.state;
  if (task === 'style' && styles.length === 0)
    throw new OneirosError('bad-argument', 'there is no style picture: choose one');
  const settings = all[task];
  const layers = Object.fromEntries(
    tasks[task].roles.flatMap((role) => {
      const chosen = layersFor(store.state, role);
      return chosen === null ? [] : [[role, chosen]];
    }),
  );
  const order = {
    task,
    model,
    picture: version.picture.id,
    styles: styles.map(({ picture }) => picture.id),
    settings,
    layers,
    stopAfter,
  };
  const step: RecipeStep = { task, model: name, settings, layers };
  const made = new Result(context, version, step);
  const painting = engine.call('paint', order, (progress) => {
    if (context.painting === painting) follow(context, progress, made);
  });
  context.painting = painting;
  const picture = await painting.answer;
  if (context.painting !== painting) return false;
  context.painting = null;
  if (picture !== null) made.keep(picture, stopAfter);
  store.update({ run: store.state.run && { ...store.state.run, status: 'done', preview: null } });
  return picture !== null;
}

function follow({ store }: Context, progress: PaintProgress, made: Result): void {
  const { run, provider } = store.state;
  if (run === null) return;
  if (progress.kind === 'stopped') {
    made.keep(progress.picture, run.done);
    store.update({ run: { ...run, status: 'stopped', preview: null } });
    return;
  }
  const { done, total, part, parts, value, preview } = progress;
  store.update({
    run: {
      ...run,
      status: 'running',
      provider: provider.runs,
      done,
      total,
      part,
      parts,
      points: [...run.points, { value, part }],
      preview: preview ?? run.preview,
    },
  });
  if (preview !== null) run.preview?.close();
}

/** The result of a painting: a version when it first stops, which is replaced after it resumes. */
class Result {
  #kept: Version | null = null;

  constructor(
    readonly context: Context,
    readonly from: Version,
    readonly step: RecipeStep,
  ) {}

  keep(picture: PictureInfo, stoppedAfter: number | null): void {
    const step = stoppedAfter === null ? this.step : { ...this.step, stoppedAfter };
    const version = { picture, recipe: [...this.from.recipe, step], title: titleOfStep(this.step) };
    const { history } = this.context.store.state;
    const isCurrent = this.#kept !== null && current(history) === this.#kept;
    this.#kept = version;
    setHistory(this.context, isCurrent ? replace(history, version) : push(history, version));
  }
}

async function analyze(
  { store, engine }: Context,
  task: Exclude<TaskId, 'dream' | 'style'>,
  { id: model }: ModelInfo,
  { picture: { id: picture } }: Version,
): Promise<boolean> {
  const seen = await engine.call('analyze', { task, model, picture, settings: store.state.settings[task] })
    .answer;
  const isCurrent = currentVersion(store.state)?.picture.id === picture;
  if (isCurrent) store.update({ analysis: { picture, seen } });
  return isCurrent;
}

/** Stops between two steps; `resume` continues. */
export function stop(context: Context): void {
  const { run } = context.store.state;
  if (context.painting !== null) context.painting.send('stop');
  else if (run?.status === 'preparing') context.store.update({ run: { ...run, status: 'done' } });
}

export function resume(context: Context): void {
  const { run } = context.store.state;
  if (run?.status !== 'stopped' || context.painting === null) return;
  context.store.update({ run: { ...run, status: 'running' } });
  context.painting.send('resume');
}
