import { h } from './dom.js';

export interface FilePicker {
  /** Hidden; it must be in the document. */
  readonly input: HTMLInputElement;
  readonly open: () => void;
}

/** All pictures: the browser decides which it can read. */
export const pictureFiles = 'image/*';
export const modelFiles = '.onnx,.safetensors,.pth,.pt';

/** Lets the user choose files, and passes them to `take` one by one. */
export function filePicker(accept: string, name: string, take: (file: File) => unknown): FilePicker {
  const input = h('input', { type: 'file', accept, 'aria-label': name, hidden: true });
  input.onchange = () => {
    for (const file of input.files ?? []) take(file);
    // Otherwise the same file could not be chosen again.
    input.value = '';
  };
  return { input, open: () => input.click() };
}

export function isModelFile({ name }: File): boolean {
  return /\.(onnx|safetensors|pth|pt|pkl|bin)$/i.test(name);
}
