import { h, iconButton } from './dom.js';
import { icon } from './icons.js';

const keys: readonly (readonly [string, string])[] = [
  ['Ctrl + Enter', 'start, stop, resume'],
  ['Escape', 'stop'],
  ['Ctrl + Z', 'undo'],
  ['Ctrl + Shift + Z', 'redo'],
  ['Ctrl + O', 'open a picture'],
  ['Ctrl + V', 'paste a picture'],
  ['Ctrl + S', 'save as PNG, recipe included'],
  ['← →', 'change tabs; compare before and after'],
];

/** The dialog with keys and hints. */
export function helpDialog(): HTMLDialogElement {
  const dialog = h('dialog', { class: 'help', 'aria-labelledby': 'help-title' });
  const close = iconButton(icon('close'), 'Close', () => dialog.close());
  dialog.append(
    h('div', { class: 'help-head' }, h('h2', { id: 'help-title' }, 'Keys and hints'), close),
    h('dl', {}, ...keys.flatMap(([key, what]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)])),
    h(
      'p',
      {},
      'Everything runs on this device: no picture leaves it. Drop weights or ONNX files anywhere to try other networks: this browser keeps them until you remove them.',
    ),
    h(
      'p',
      {},
      'A saved PNG contains its recipe: the steps that made it. Drop it here, use its recipe, and run all steps on another picture.',
    ),
  );
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  return dialog;
}
