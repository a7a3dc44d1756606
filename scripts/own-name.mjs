// Resolves this package's own name to its sources, so that examples import it as a user would.
const entries = new URL('../lib/api/', import.meta.url);

export function resolve(specifier, context, next) {
  const found = /^oneiros(?:\/(\w+))?$/.exec(specifier);
  return next(found === null ? specifier : new URL(`${found[1] ?? 'index'}.ts`, entries).href, context);
}
