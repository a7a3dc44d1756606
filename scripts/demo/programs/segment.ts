import { loadSegmenter, overlay, readImage, writeImage } from 'oneiros';

const segmenter = await loadSegmenter('unet-membrane');
const tissue = await readImage('demo-out/membranes.jpg');

const segmentation = await segmenter.segment(tissue);
for (const { name, fraction } of segmentation.classes) console.log(name, fraction);

await writeImage('demo-out/membranes-segmented.png', overlay(tissue, segmentation));
await segmenter.dispose();
