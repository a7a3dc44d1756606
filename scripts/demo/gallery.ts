import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import type { Exhibit, Picture } from './exhibits.js';

/** An exhibit with its results. */
export interface Shown {
  readonly exhibit: Exhibit;
  readonly seconds: number;
  /** What the command printed. */
  readonly output: string;
  /** The program that does the same. */
  readonly code: string;
}

export interface Visit {
  readonly seconds: number;
  readonly machine: string;
}

const css = readFileSync(new URL('gallery.css', import.meta.url), 'utf8');

/** The page: one file without scripts and external resources; its pictures are in the same folder. */
export function galleryPage(shown: readonly Shown[], { seconds, machine }: Visit): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What networks see · oneiros</title>
<style>
${css}</style>
</head>
<body>
<header>
  <h1>What networks see</h1>
  <p class="lede">Each picture here was made a moment ago on this machine, offline, by the command beside it: networks
  that come with oneiros, run and differentiated as ONNX graphs from TypeScript.</p>
  <ul class="facts">
    <li><b>${shown.length}</b> exhibits</li>
    <li><b>${Math.round(seconds)} s</b> in all</li>
    <li>${escape(machine)}</li>
  </ul>
</header>
<main>
${shown.map(section).join('\n')}
</main>
<footer>
  <p>The commands work from the project’s folder; <code>npm run demo</code> makes everything again. Chelsea the cat:
  Stéfan van der Walt, CC0. Eileen Collins: NASA, public domain; both from scikit-image. The other pictures are drawn by
  <code>scripts/demo/scenes</code>. The card of each network in <code>onnx-models/</code> describes its training, its
  accuracy and its limits.</p>
</footer>
</body>
</html>
`;
}

function section({ exhibit, seconds, output, code }: Shown, i: number): string {
  const { id, title, text, before, after, command, program } = exhibit;
  const time = `<span class="time">${escape(exhibit.model)} · ${seconds.toFixed(1)} s</span>`;
  const printed = output.trim() === '' ? '' : `\n<samp>${escape(output.trim())}</samp>`;
  return `<section class="exhibit" id="${id}">
  <div class="about">
    <p class="number">${String(i + 1).padStart(2, '0')}</p>
    <h2>${escape(title)}</h2>
    <p>${escape(text)}</p>
    ${time}
    <div class="sources">
      ${before.map(figure).join('\n      ')}
    </div>
  </div>
  <div class="result">
    ${figure(after)}
  </div>
  <div class="how">
    <details open>
      <summary>From a shell</summary>
      <pre class="wrap"><code class="paste">${escape(shellCommand(command))}</code>${printed}</pre>
    </details>
    <details>
      <summary>From a program: scripts/demo/programs/${escape(program)}</summary>
      <pre><code>${escape(code.trim())}</code></pre>
    </details>
  </div>
</section>`;
}

/** The command as a line for a shell. */
export function shellCommand(args: readonly string[]): string {
  const words = args.map((arg) => (/^[\w./:=-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`));
  return ['npx', 'oneiros', ...words].join(' ');
}

function figure({ file, caption }: Picture): string {
  return `<figure><img src="${escape(besidePage(file))}" alt="${escape(caption)}" loading="lazy"><figcaption>${escape(caption)}</figcaption></figure>`;
}

/** The address of a picture on the page: relative to demo-out/, where pictures from elsewhere are copied. */
export function besidePage(file: string): string {
  return file.startsWith('demo-out/') ? file.slice('demo-out/'.length) : basename(file);
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
