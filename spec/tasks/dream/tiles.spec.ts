import { expect } from 'chai';

import { tilesOf } from '../../../lib/tasks/dream/tiles.js';

describe('tilesOf', () => {
  it('returns one tile for a small picture', () => {
    expect(tilesOf({ width: 512, height: 384 }, 512)).to.deep.equal([
      { x: 0, y: 0, width: 512, height: 384 },
    ]);
  });

  it('cuts evenly, so that no tile is very narrow', () => {
    expect(tilesOf({ width: 513, height: 400 }, 256)).to.deep.equal([
      { x: 0, y: 0, width: 171, height: 200 },
      { x: 171, y: 0, width: 171, height: 200 },
      { x: 342, y: 0, width: 171, height: 200 },
      { x: 0, y: 200, width: 171, height: 200 },
      { x: 171, y: 200, width: 171, height: 200 },
      { x: 342, y: 200, width: 171, height: 200 },
    ]);
  });

  it('covers every pixel once, with no side over the largest', () => {
    for (const [width, height, largest] of [
      [1001, 777, 100],
      [97, 60, 10],
      [65, 64, 64],
    ] as const) {
      const tiles = tilesOf({ width, height }, largest);
      const area = tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0);
      expect(area).to.equal(width * height);
      for (const tile of tiles) {
        expect(tile.width).to.be.within(largest / 2 - 1, largest);
        expect(tile.x + tile.width).to.be.at.most(width);
        expect(tile.y + tile.height).to.be.at.most(height);
      }
    }
  });
});
