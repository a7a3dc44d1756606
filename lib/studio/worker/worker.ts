// The studio's other half: networks, pictures and all work on them, in a worker.

import { openSession } from '../../runtime/session.js';
import type { ProviderName } from '../../runtime/types.js';
import { probeModel } from '../../runtime/worker/probe.js';
import type { Ask, CallName } from '../protocol.js';
import { Observer } from './look.js';
import { Networks } from './networks.js';
import { paint } from './paint.js';
import { Pictures } from './pictures.js';
import { type Handlers, respond } from './port.js';
import { Thumbnails } from './thumbnails.js';

const workshop: { networks: Networks; pictures: Pictures; provider: ProviderName } = {
  networks: new Networks(),
  pictures: new Pictures(),
  provider: 'wasm',
};
const observer = new Observer(workshop);
const thumbnails = new Thumbnails();

const handlers: Handlers = {
  async place({ provider: wanted }) {
    // What works, a model of one sum finds out.
    await using session = await openSession(probeModel(), { provider: wanted });
    const { provider } = session;
    workshop.provider = provider;
    await workshop.networks.place({ provider });
    return { answer: provider };
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
  async unload({ id }) {
    await workshop.networks.unload(id);
    return { answer: null };
  },
  async thumbnails({ model, picture }) {
    const network = await workshop.networks.features(model);
    const answer = await thumbnails.of(network, workshop.pictures.get(picture), workshop.provider);
    return { answer, transfer: answer.map((made) => made.picture) };
  },
  paint: (order, caller) => paint(workshop, order, caller),
  look: (order) => observer.look(order),
  save: (order) => observer.save(order),
};

self.onmessage = ({ data, ports }: MessageEvent<Ask<CallName>>) => {
  const [port] = ports;
  if (port !== undefined) void respond(handlers, data, port);
};
