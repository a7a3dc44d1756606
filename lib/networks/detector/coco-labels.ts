/** The 80 classes of COCO 2017, in the order in which most networks number them, from 0. */
export const coco80: readonly string[] = [
  'person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign',
  'parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella',
  'handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard',
  'surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange',
  'broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop',
  'mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors',
  'teddy bear, hair drier, toothbrush',
].flatMap((line) => line.split(', '));

/** Category numbers that COCO's annotations do not use. */
const unused = new Set([12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);

/** The same classes by the category numbers of COCO's annotations, 1 to 90, as torchvision's detectors number them. */
export const coco91: readonly string[] = (() => {
  const names = coco80.values();
  return Array.from({ length: 91 }, (_, id) => {
    if (id === 0) return 'background';
    return unused.has(id) ? 'unused' : (names.next().value ?? 'unused');
  });
})();
