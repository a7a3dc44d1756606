import type { Context } from '../actions/context.js';
import { redo, undo } from '../actions/pictures.js';
import { stop } from '../actions/runs.js';
import { isBusy } from '../state/state.js';
import { act } from './actions.js';
import { download } from './filmstrip.js';

/** Handles keys anywhere on the page. Number fields keep the browser's undo. */
export function listenToKeys(context: Context, chooseFile: () => void): void {
  document.addEventListener('keydown', (event) => {
    const key = event.key.toLowerCase();
    if (key === 'escape' && isBusy(context.store.state)) {
      stop(context);
      return;
    }
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const command = commandOf(key, event.shiftKey, event.target);
    if (command === null) return;
    event.preventDefault();
    command(context, chooseFile);
  });
}

type Command = (context: Context, chooseFile: () => void) => void;

function commandOf(key: string, shift: boolean, target: EventTarget | null): Command | null {
  const isTyping = target instanceof HTMLInputElement && target.type === 'number';
  switch (key) {
    case 'enter':
      return act;
    case 's':
      return (context) => void download(context);
    case 'o':
      return (_, chooseFile) => chooseFile();
    case 'z':
      return isTyping ? null : shift ? redo : undo;
    case 'y':
      return isTyping ? null : redo;
    default:
      return null;
  }
}
