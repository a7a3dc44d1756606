"""Golden values for spec/labels: masks of every kind that the label reader supports, as Pillow reads them.

pip install pillow numpy
python3 scripts/reference/labels.py
"""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

OUT = Path(__file__).resolve().parents[2] / "spec" / "labels" / "golden"
WIDTH, HEIGHT = 11, 7
rng = np.random.default_rng(3)
palette = [0, 0, 0, 128, 0, 0, 0, 128, 0, 255, 255, 255]
files = {}


def keep(name, image, format, expected=None, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    with Image.open(io.BytesIO(buffer.getvalue())) as read:
        values = np.asarray(read) if expected is None else expected
    if values.ndim == 3:
        values = (values[..., 0].astype(np.int64) << 16) | (values[..., 1].astype(np.int64) << 8) | values[..., 2]
    files[name] = dict(bytes=list(buffer.getvalue()), values=[int(value) for value in values.ravel()])


def labels(count):
    return rng.integers(0, count, (HEIGHT, WIDTH)).astype(np.uint8)


def paletted(indices):
    image = Image.fromarray(indices, "P")
    image.putpalette(palette)
    return image


for bits in (1, 2, 4, 8):
    keep(f"palette-{bits}.png", paletted(labels(min(4, 2**bits))), "PNG", bits=bits)
keep("transparent-palette.png", paletted(labels(4)), "PNG", transparency=0)
one_bit = Image.fromarray((labels(2) * 255).astype(np.uint8)).convert("1")
keep("gray-1.png", one_bit, "PNG", expected=np.asarray(one_bit).astype(np.uint8))
keep("gray-8.png", Image.fromarray(labels(3)), "PNG")
sixteen = (labels(3).astype(np.uint16) * np.uint16(1000)) + np.uint16(1)
keep("gray-16.png", Image.fromarray(sixteen), "PNG")
colors = np.array([[0, 0, 0], [128, 0, 0], [0, 128, 0]], np.uint8)[labels(3)]
keep("colors.png", Image.fromarray(colors), "PNG")
keep("opaque.png", Image.fromarray(np.dstack([colors, np.full((HEIGHT, WIDTH), 255, np.uint8)])), "PNG")
gray = labels(3)
with_alpha = Image.merge("LA", [Image.fromarray(gray), Image.new("L", (WIDTH, HEIGHT), 255)])
keep("gray-alpha.png", with_alpha, "PNG", expected=gray)
for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate"):
    keep(f"gray-8-{compression}.tiff", Image.fromarray(labels(5)), "TIFF", compression=compression)
    keep(f"gray-16-{compression}.tiff", Image.fromarray(sixteen), "TIFF", compression=compression)
keep("palette.tiff", paletted(labels(4)), "TIFF")
keep("colors.tiff", Image.fromarray(colors), "TIFF")
keep("palette.bmp", paletted(labels(4)), "BMP")
keep("gray.bmp", Image.fromarray(labels(5)), "BMP")
keep("colors.bmp", Image.fromarray(colors), "BMP")
keep("palette.gif", paletted(labels(4)), "GIF", optimize=False)
keep("interlaced.gif", paletted(labels(4)), "GIF", optimize=False, interlace=1)

OUT.mkdir(parents=True, exist_ok=True)
(OUT / "labels.json").write_text(json.dumps(dict(width=WIDTH, height=HEIGHT, files=files), separators=(",", ":")))
