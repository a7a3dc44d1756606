import { expect } from 'chai';

import { distinctIds, imageIdOf, readImageIds } from '../../lib/metrics/io/image-ids.js';
import { cocoBytes, cocoResults } from '../../lib/tasks/detect/coco-results.js';
import { rejection } from '../models/rejection.js';

describe('Ids of pictures', () => {
  const read = (images: readonly object[]) =>
    readImageIds([JSON.stringify({ images, annotations: [], categories: [] })]);

  it('are the last number in the name, of any length', () => {
    expect(imageIdOf('a/000000000139.jpg')).to.equal(139);
    expect(imageIdOf('BloodImage_00012.rf.jpg')).to.equal(12);
    expect(imageIdOf('frame-9007199254740993.png')).to.equal(9007199254740993n);
    expect(() => imageIdOf('cat.jpg')).to.throw('contains no number');
  });
  it('are matched by the path with its folders, not by a name that several images have', async () => {
    const idOf = await read([
      { id: 11, file_name: 'cam1/0001.jpg' },
      { id: 22, file_name: './cam2\\0001.jpg' },
      { id: 33, file_name: '0001.jpg' },
      { id: 44, file_name: 'twice.jpg' },
      { id: 55, file_name: 'twice.jpg' },
    ]);
    expect(idOf('/data/cam1/0001.jpg')).to.equal(11);
    expect(idOf('cam2/0001.jpg')).to.equal(22);
    expect(idOf('/data/cam3/0001.jpg')).to.equal(33);
    expect(() => idOf('twice.jpg')).to.throw('several ids for "twice.jpg", such as 44 and 55');
    const two = await read([
      { id: 11, file_name: 'cam1/0001.jpg' },
      { id: 22, file_name: 'cam2/0001.jpg' },
    ]);
    expect(() => two('0001.jpg')).to.throw('have no image "0001.jpg"');
    expect(() => two('cam3/0001.jpg')).to.throw(
      'have no image "cam3/0001.jpg": no file_name matches the end of this path; 2 images in other folders have this name, such as "cam1/0001.jpg"',
    );
  });
  it('are found by the name alone if folders have moved and all names differ', async () => {
    const moved: string[] = [];
    const idOf = await readImageIds(['{"images": [{"id": "cat", "file_name": "x/cat.jpg"}]}'], {
      onOtherFolder: (path, fileName) => moved.push(path, fileName),
    });
    expect(idOf('/somewhere/cat.jpg')).to.equal('cat');
    expect(moved).to.deep.equal(['/somewhere/cat.jpg', 'x/cat.jpg']);
    expect(() => idOf('dog.jpg')).to.throw('have no image "dog.jpg"');
  });
  it('are read exactly beyond 2^53, and refused if two images share one', async () => {
    const idOf = await readImageIds([
      '{"images": [{"id": 9007199254740993, "file_name": "a.jpg"}, {"id": 9007199254740992, "file_name": "b.jpg"}]}',
    ]);
    expect(idOf('a.jpg')).to.equal(9007199254740993n);
    expect(new TextDecoder().decode(cocoBytes(cocoResults(idOf('a.jpg'), [])))).to.equal('[]\n');
    const [result] = cocoResults(idOf('a.jpg'), [
      { box: [1, 2, 3, 5], label: 'cat', labelId: 7, score: 0.5 },
    ]);
    expect(new TextDecoder().decode(cocoBytes({ result }))).to.equal(
      '{"result":{"image_id":9007199254740993,"category_id":7,"bbox":[1,2,2,3],"score":0.5}}\n',
    );
    const clash = read([
      { id: 5, file_name: 'a.jpg' },
      { id: 5, file_name: 'b.jpg' },
    ]);
    expect(await rejection(clash)).to.contain('images[1]: the id 5 already belongs to "a.jpg"');
  });
  it('are never the same for two pictures: clashes are reported', () => {
    expect(distinctIds(['a1.jpg', 'b2.jpg'], imageIdOf)('b2.jpg')).to.equal(2);
    expect(() => distinctIds(['cam1/0001.jpg', 'cam2/0001.jpg', 'c-1.jpg'], imageIdOf)).to.throw(
      '2 pairs of pictures have the same image id: cam1/0001.jpg and cam2/0001.jpg (1); cam1/0001.jpg and c-1.jpg (1)',
    );
    expect(() => distinctIds(['a1.jpg', 'a1.jpg'], imageIdOf)).to.throw('two pictures');
    const some = distinctIds(['nameless.jpg', 'a1.jpg'], imageIdOf);
    expect(some('a1.jpg')).to.equal(1);
    expect(() => some('nameless.jpg')).to.throw('contains no number');
  });
});
