// Pulls the toy model of killed.spec.ts: node --import scripts/ts.mjs pull-child.ts ENTRY HOME MIRROR
import { locateEntry } from '../../lib/weights/catalog/node/locate.js';
import { toyEntry } from './toy-model.js';

const [size = '', digest = '', home = '', mirror = ''] = process.argv.slice(2);
const entry = toyEntry(Number(size), {
  checksum: { kind: 'sha256', digest, verified: true, from: 'the spec' },
});
await using located = await locateEntry(entry, { home, mirror, offline: false, announce: () => undefined });
process.stdout.write(typeof located.source === 'string' ? located.source : 'a part of it');
