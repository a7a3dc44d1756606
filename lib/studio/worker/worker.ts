// The studio's worker: holds networks and pictures, and does all work on them.

import { openSession } from '../../runtime/session.js';
import type { ProviderName } from '../../runtime/types.js';
import { probeModel } from '../../runtime/worker/probe.js';
import type { Ask, CallName } from '../state/protocol.js';
import { Analyzer } from './analyze.js';
import { Networks } from './networks.js';
import { paint } from './paint.js';
import { Pictures } from './pictures.js';
import { type Handlers, respond } from './port.js';
import { Thumbnails } from './thumbnails.js';

const context: { networks: Networks; pictures: Pictures; provider: ProviderName } = {
  networks: new Networks(),
  pictures: new Pictures(),
  provider: 'wasm',
};
const analyzer = new Analyzer(context);
const thumbnails = new Thumbnails();

const handlers: Handlers = {
  async selectProvider({ provider: wanted }) {
    // A model with one addition shows which provider works.
    await using session = await openSession(probeModel(), { provider: wanted });
    const { provider } = session;
    context.provider = provider;
    await context.networks.setPlacement({ provider });
    return { answer: provider };
  },
  async open({ file }) {
    const picture = await context.pictures.open(file);
    return { answer: picture, transfer: [picture.preview] };
  },
  forget({ pictures }) {
    context.pictures.forget(pictures);
    return Promise.resolve({ answer: null });
  },
  async load({ id, ...entry }, caller) {
    return { answer: await context.networks.load(id, entry, (progress) => caller.progress(progress)) };
  },
  async unload({ id }) {
    await context.networks.unload(id);
    return { answer: null };
  },
  async thumbnails({ model, picture }) {
    const network = await context.networks.features(model);
    const answer = await thumbnails.of(network, context.pictures.get(picture), context.provider);
    return { answer, transfer: answer.map((made) => made.picture) };
  },
  paint: (order, caller) => paint(context, order, caller),
  analyze: (order) => analyzer.analyze(order),
  save: (order) => analyzer.save(order),
};

self.onmessage = ({ data, ports }: MessageEvent<Ask<CallName>>) => {
  const [port] = ports;
  if (port !== undefined) void respond(handlers, data, port);
};
