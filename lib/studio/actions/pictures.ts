import { current, emptyHistory, forgotten, type History, jump, move, push } from '../state/history.js';
import type { Marks } from '../state/protocol.js';
import { recipeTexts } from '../state/recipe.js';
import { currentVersion, type State, type Version } from '../state/state.js';
import { type Context, endPainting, notify, showError } from './context.js';
import { offerRecipe } from './recipes.js';

/** Starts again with a photograph. If it has a recipe, offers to use it. */
export async function openPicture(context: Context, file: Blob, name: string): Promise<void> {
  const { store, engine } = context;
  endPainting(context);
  store.update({ opening: true, notice: null });
  try {
    const picture = await engine.call('open', { file }).answer;
    const version: Version = { picture, recipe: [], title: 'Original' };
    store.update({ fileName: name, run: null });
    setHistory(context, push(emptyHistory(), version));
    const { reducedFrom, texts } = picture;
    if (reducedFrom !== null)
      notify(
        context,
        `The picture was reduced from ${reducedFrom.width} × ${reducedFrom.height} to ${picture.width} × ${picture.height} pixels.`,
      );
    offerRecipe(context, texts);
  } catch (error) {
    showError(context, error);
  } finally {
    store.update({ opening: false });
  }
}

/** Changes the history, and frees the pictures that are no longer in it. */
export function setHistory({ store, engine }: Context, history: History<Version>): void {
  const before = store.state.history;
  const { analysis } = store.state;
  const isOfCurrent = analysis !== null && analysis.picture === current(history)?.picture.id;
  store.update({ history, analysis: isOfCurrent ? analysis : null });
  const gone = forgotten(before, history).map(({ picture }) => picture);
  if (gone.length === 0) return;
  for (const { preview } of gone) preview.close();
  engine.call('forget', { pictures: gone.map(({ id }) => id) });
}

export function undo(context: Context): void {
  endPainting(context);
  setHistory(context, move(context.store.state.history, -1));
}

export function redo(context: Context): void {
  endPainting(context);
  setHistory(context, move(context.store.state.history, 1));
}

export function goTo(context: Context, at: number): void {
  endPainting(context);
  setHistory(context, jump(context.store.state.history, at));
}

export async function addStyle(context: Context, file: Blob, name: string): Promise<void> {
  try {
    const picture = await context.engine.call('open', { file }).answer;
    context.store.update({ styles: [...context.store.state.styles, { picture, name }] });
  } catch (error) {
    showError(context, error);
  }
}

export function removeStyle({ store, engine }: Context, id: number): void {
  store.update({ styles: store.state.styles.filter(({ picture }) => picture.id !== id) });
  engine.call('forget', { pictures: [id] });
}

export interface SavedPicture {
  readonly name: string;
  readonly file: Blob;
}

/** The current picture as a PNG file, with its recipe, and with the boxes or colors that are shown. */
export async function savePicture(context: Context): Promise<SavedPicture | null> {
  const { state } = context.store;
  const version = currentVersion(state);
  if (version === null) return null;
  const { picture, recipe } = version;
  const marks = marksOn(state, version);
  const seen = marks === null ? recipe : [...recipe, analysisStep(state)];
  try {
    const file = await context.engine.call('save', { picture: picture.id, texts: recipeTexts(seen), marks })
      .answer;
    const task = seen.at(-1)?.task;
    const base = state.fileName.replace(/\.[^.]*$/, '') || 'picture';
    return { name: task === undefined ? `${base}.png` : `${base}-${task}.png`, file };
  } catch (error) {
    showError(context, error);
    return null;
  }
}

function marksOn({ analysis, tab, settings, opacity }: State, { picture }: Version): Marks | null {
  if (analysis?.picture !== picture.id || analysis.seen.kind !== tab) return null;
  switch (analysis.seen.kind) {
    case 'detect':
      return { kind: 'boxes', detections: detectionsIn(analysis.seen.detections, settings.detect) };
    case 'segment':
      return { kind: 'classes', opacity };
    case 'classify':
      return null;
  }
}

/** The detections within the limits of the sliders. */
export function detectionsIn<T extends { readonly score: number }>(
  detections: readonly T[],
  { score, limit }: State['settings']['detect'],
): readonly T[] {
  return detections.filter((found) => found.score >= Number(score)).slice(0, Number(limit));
}

function analysisStep({ tab, settings, models, chosen }: State) {
  const model = models.find(({ id }) => id === chosen[tab])?.name ?? '';
  return { task: tab, model, settings: settings[tab], layers: {} };
}
