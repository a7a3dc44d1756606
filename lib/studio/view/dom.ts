type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** An element with attributes (`true`: without a value; `false` and `null`: absent) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** The same for SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Node[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes))
    if (value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
}

/** Shows an element, or hides it, also from keyboards and screen readers. */
export function show(element: HTMLElement, shown: boolean): void {
  element.hidden = !shown;
}

let ids = 0;

/** An id that no other element has. */
export function freshId(prefix: string): string {
  return `${prefix}-${++ids}`;
}

/** A button with an icon; its name is its label for screen readers and its tooltip. */
export function iconButton(icon: SVGElement, name: string, act: () => void): HTMLButtonElement {
  const button = h('button', { type: 'button', class: 'icon-button', 'aria-label': name, title: name });
  button.append(icon);
  button.onclick = act;
  return button;
}

export function textButton(text: string, kind: string, act: () => void): HTMLButtonElement {
  const button = h('button', { type: 'button', class: kind }, text);
  button.onclick = act;
  return button;
}

/** Draws a bitmap on a canvas, which gets the bitmap's size or the given one. */
export function drawBitmap(
  canvas: HTMLCanvasElement,
  bitmap: ImageBitmap,
  size: { readonly width: number; readonly height: number } = bitmap,
): void {
  // Setting a size clears the canvas and reallocates it, even if the size is the same.
  if (canvas.width !== size.width) canvas.width = size.width;
  if (canvas.height !== size.height) canvas.height = size.height;
  const context = canvas.getContext('2d');
  if (context === null) return;
  if (size !== bitmap) context.imageSmoothingQuality = 'high';
  context.clearRect(0, 0, size.width, size.height);
  context.drawImage(bitmap, 0, 0, size.width, size.height);
}

/** A square thumbnail of the middle of a bitmap. */
export function squareThumb(bitmap: ImageBitmap, side: number): HTMLCanvasElement {
  const canvas = h('canvas', { width: side, height: side, 'aria-hidden': 'true' });
  const part = Math.min(bitmap.width, bitmap.height);
  const [x, y] = [(bitmap.width - part) / 2, (bitmap.height - part) / 2];
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, x, y, part, part, 0, 0, side, side);
  }
  return canvas;
}
