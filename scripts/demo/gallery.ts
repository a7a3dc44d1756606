/** One thing that the demo made. */
export interface Exhibit {
  readonly title: string;
  /** Files beside the page. */
  readonly pictures: readonly string[];
  readonly text: string;
  readonly seconds: number;
  /** The same from a shell, and from a program. */
  readonly command: string;
  readonly code: string;
}

/** A page without scripts or anything from elsewhere. */
export function galleryPage(exhibits: readonly Exhibit[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>oneiros: what networks see</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 72rem; margin: 0 auto; padding: 1rem; }
  figure { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; }
  img { max-width: min(100%, 26rem); height: auto; border-radius: .4rem; }
  pre { overflow-x: auto; padding: .8rem; border-radius: .4rem; background: #8882; }
  small { opacity: .7; }
</style>
<h1>What networks see</h1>
${exhibits.map(section).join('\n')}
</html>
`;
}

function section({ title, pictures, text, seconds, command, code }: Exhibit): string {
  const images = pictures.map((file) => `<img src="${escape(file)}" alt="${escape(file)}">`).join('\n    ');
  return `<section>
  <h2>${escape(title)} <small>${seconds.toFixed(1)} s</small></h2>
  <p>${escape(text)}</p>
  <figure>
    ${images}
  </figure>
  <pre><code>${escape(command)}</code></pre>
  <pre><code>${escape(code)}</code></pre>
</section>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
