// Lets Node load TypeScript sources directly: `node --import ./scripts/ts.mjs file.ts`.
// ts-node only transpiles here; types are checked by `npm run check`.
import { register } from 'node:module';

register('ts-node/esm', import.meta.url);
register('./own-name.mjs', import.meta.url);
