import { messageOf } from '../../base/errors.js';
import type { ModelSource } from '../state/protocol.js';
import { tasksOfKind } from '../state/shipped.js';
import type { ModelEntry } from '../state/state.js';
import { type NetworkKind, tasks } from '../state/tasks.js';
import { type Context, endPainting, notify, showError } from './context.js';
import { changeModel, loadEntry, setModels } from './models.js';

/** Adds the networks that the user added on earlier visits to the choice. Each is read when it is first needed. */
export async function offerKept({ store, modelStore }: Context): Promise<void> {
  const kept = await modelStore.list().catch(() => []);
  const entries = kept.map(({ name, kind }) => ({
    ...entryOf(name, { kept: name }, [kind]),
    tasks: tasksOfKind(kind),
  }));
  setModels(store, [...store.state.models, ...entries]);
}

/** Adds a user's network or weights: for the open tab if the file fits it, otherwise for the tabs that it fits. */
export async function addModelFile(context: Context, file: File): Promise<void> {
  const { store } = context;
  const wanted = tasks[store.state.tab].kind;
  const others = (['features', 'detector', 'segmenter'] as const).filter((kind) => kind !== wanted);
  const entry = entryOf(file.name, file, [wanted, ...others]);
  store.update({ models: [...store.state.models, entry] });
  notify(context, `Reading ${file.name} …`);
  try {
    const { kind } = await loadEntry(context, entry);
    const before = store.state.models.find(
      ({ isOwn, name, id }) => isOwn && name === file.name && id !== entry.id,
    );
    if (before !== undefined) forget(context, before);
    changeModel(context, entry.id, { tasks: tasksOfKind(kind), kinds: [kind] });
    choose(context, entry.id, kind);
    const note = await keep(context, file, kind);
    // An error since “Reading …” is newer than the file, and stays until it is read.
    if (store.state.notice?.tone !== 'error') notify(context, `${file.name} is ready.${note}`);
  } catch (error) {
    store.update({ models: store.state.models.filter((model) => model.id !== entry.id) });
    notify(context, `${file.name} cannot be used as a network: ${messageOf(error)}.`, 'error');
  }
}

/** Removes a user's network, for later visits as well. */
export async function removeModel(context: Context, entry: ModelEntry): Promise<void> {
  endPainting(context);
  forget(context, entry);
  try {
    await context.modelStore.remove(entry.name);
    notify(context, `${entry.name} is removed.`);
  } catch (error) {
    showError(context, error);
  }
}

let count = 0;

function entryOf(name: string, source: ModelSource, kinds: readonly NetworkKind[]): ModelEntry {
  const id = `own-${++count}`;
  return { id, name, source, about: '', isOwn: true, kinds, tasks: [], info: null, loading: null };
}

/**
 * Chooses a network for the open tab, or for the first that it fits, which is opened; also for tabs without a network.
 */
function choose({ store }: Context, id: string, kind: NetworkKind): void {
  const { tab, chosen } = store.state;
  const uses = tasksOfKind(kind);
  const target = uses.includes(tab) ? tab : (uses[0] ?? tab);
  const taken = uses.filter((task) => task === target || chosen[task] === null);
  store.update({
    tab: target,
    chosen: { ...chosen, ...Object.fromEntries(taken.map((task) => [task, id])) },
  });
}

function forget({ store, engine }: Context, { id }: ModelEntry): void {
  setModels(
    store,
    store.state.models.filter((model) => model.id !== id),
  );
  engine.call('unload', { id });
}

/** @returns a note to the user if the browser could not keep the file; otherwise an empty text */
async function keep({ modelStore }: Context, file: File, kind: NetworkKind): Promise<string> {
  try {
    await modelStore.keep({ name: file.name, kind }, file);
    return '';
  } catch (error) {
    return ` It is not kept for your next visit: ${messageOf(error)}.`;
  }
}
