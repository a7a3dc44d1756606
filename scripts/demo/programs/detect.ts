import { drawDetections, loadDetector, readImage, writeImage } from 'oneiros';

const detector = await loadDetector('fasterrcnn-cells');
const smear = await readImage('demo-out/blood-smear.jpg');

const found = await detector.detect(smear, { score: 0.5 });
for (const { label, score, box } of found) console.log(label, score.toFixed(2), box);

await writeImage('demo-out/detected/blood-smear.jpg', drawDetections(smear, found));
await detector.dispose();
