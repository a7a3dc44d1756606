import { h } from './dom.js';

export interface FilePicker {
  /** To be put anywhere; it is not seen. */
  readonly input: HTMLInputElement;
  readonly open: () => void;
}

/** What every picture picker offers; browsers decide what they can read. */
export const pictureFiles = 'image/*';
export const modelFiles = '.onnx,.safetensors,.pth,.pt';

/** Lets somebody choose files, and takes one after another. */
export function filePicker(accept: string, name: string, take: (file: File) => unknown): FilePicker {
  const input = h('input', { type: 'file', accept, 'aria-label': name, hidden: true });
  input.onchange = () => {
    for (const file of input.files ?? []) take(file);
    // So that the same file can be chosen again.
    input.value = '';
  };
  return { input, open: () => input.click() };
}

export function isModelFile({ name }: File): boolean {
  return /\.(onnx|safetensors|pth|pt|pkl|bin)$/i.test(name);
}
