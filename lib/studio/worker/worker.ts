// The studio's other half: networks, pictures and all work on them, in a worker.
import { OneirosError } from '../../errors.js';

import { listProviders, type ProviderName } from '../../runtime/session.js';
import type { Ask, CallName } from '../protocol.js';
import { Observer } from './look.js';
import { Networks } from './networks.js';
import { paint } from './paint.js';
import { Pictures } from './pictures.js';
import { respond, type Handlers } from './port.js';
import { thumbnailsOf } from './thumbnails.js';

const workshop: { networks: Networks; pictures: Pictures; provider: ProviderName } = {
  networks: new Networks(),
  pictures: new Pictures(),
  provider: 'wasm',
};
const observer = new Observer(workshop);

const handlers: Handlers = {
  async place({ provider: wanted }) {
    const all = await listProviders();
    const found = all.find(({ provider, works }) => works && (wanted === 'auto' || provider === wanted));
    if (found === undefined) {
      const note = all.find(({ provider }) => provider === wanted)?.note ?? '';
      throw new OneirosError('unsupported', `${wanted} does not work here${note === '' ? '' : `: ${note}`}`);
    }
    workshop.provider = found.provider;
    await workshop.networks.place({ provider: found.provider });
    return { answer: { provider: found.provider, all } };
  },
  async open({ file }) {
    const picture = await workshop.pictures.open(file);
    return { answer: picture, transfer: [picture.preview] };
  },
  forget({ pictures }) {
    workshop.pictures.forget(pictures);
    return Promise.resolve({ answer: null });
  },
  async load({ id, ...entry }, caller) {
    return { answer: await workshop.networks.load(id, entry, (progress) => caller.progress(progress)) };
  },
  async thumbnails({ model, picture }) {
    const network = await workshop.networks.features(model);
    const answer = await thumbnailsOf(network, workshop.pictures.get(picture));
    return { answer, transfer: answer.map((thumbnail) => thumbnail.picture) };
  },
  paint: (order, caller) => paint(workshop, order, caller),
  look: (order) => observer.look(order),
  save: (order) => observer.save(order),
};

self.onmessage = ({ data, ports }: MessageEvent<Ask<CallName>>) => {
  const [port] = ports;
  if (port !== undefined) void respond(handlers, data, port);
};
