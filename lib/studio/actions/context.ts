import { messageOf } from '../../base/errors.js';
import type { ModelStore } from '../state/model-store.js';
import type { Notice, State } from '../state/state.js';
import type { Store } from '../state/store.js';
import type { Engine, Running } from './engine.js';

/** What every action works with. */
export interface Context {
  readonly store: Store<State>;
  readonly engine: Engine;
  readonly modelStore: ModelStore;
  /** The painting that is running or stopped. */
  painting: Running<'paint'> | null;
}

export function notify(
  { store }: Context,
  text: string,
  tone: Notice['tone'] = 'info',
  action: Notice['action'] = null,
): void {
  store.update({ notice: { tone, text, action } });
}

/** Shows an error as a sentence: errors of this library have no initial capital and no period. */
export function showError(context: Context, error: unknown): void {
  const text = messageOf(error);
  notify(
    context,
    `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`,
    'error',
  );
}

/** Ends a painting that is running or stopped; the version that it made so far stays. */
export function endPainting(context: Context): void {
  context.painting?.send('end');
  context.painting = null;
  const { run } = context.store.state;
  if (run !== null && run.status !== 'done')
    context.store.update({ run: { ...run, status: 'done', preview: null } });
}
