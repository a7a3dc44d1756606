"""Golden files for spec/image: one small picture in every supported kind of file, and Pillow's result for each.

pip install pillow numpy
python3 scripts/reference/pictures.py
"""

import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

OUT = Path(__file__).resolve().parents[2] / "spec" / "image" / "golden" / "pictures.json"
rng = np.random.default_rng(13)
WIDTH, HEIGHT = 13, 9

y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
smooth = np.stack([x * 255 // (WIDTH - 1), y * 255 // (HEIGHT - 1), 255 - (x + y) * 12], -1)
smooth[2:5, 3:8] = [255, 0, 0]  # an edge in color, which subsampling blurs
pixels = smooth.clip(0, 255).astype(np.uint8)
alpha = ((x * 40 + y * 25) % 256).astype(np.uint8)
rgb, rgba = Image.fromarray(pixels), Image.fromarray(np.dstack([pixels, alpha]))
grey, cmyk = rgb.convert("L"), rgb.convert("CMYK")
palette16 = rgb.quantize(16)
sixteen = (pixels.astype(np.uint16) * 257) ^ rng.integers(0, 256, pixels.shape, dtype=np.uint16)
files = {}


def as_read(data):
    """A file as Pillow reads it: in levels of 255, over white, upright."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode in ("I;16", "I;16B", "I"):
        return np.repeat(np.asarray(image)[..., None] / 257, 3, 2)
    if image.mode == "F":
        return np.repeat(np.asarray(image)[..., None] * 255.0, 3, 2)
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa"):
        levels = np.asarray(image.convert("RGBA"), dtype=np.float64)
        opacity = levels[..., 3:] / 255
        return levels[..., :3] * opacity + 255 * (1 - opacity)
    return np.asarray(image.convert("RGB"), dtype=np.float64)


def add(name, data, expected=None, tolerance=0.01):
    """`tolerance` in levels of 255, larger if Pillow rounds more than the file format does."""
    levels = as_read(data) if expected is None else np.asarray(expected, dtype=np.float64)
    assert name not in files
    planes = levels.transpose(2, 0, 1).ravel()
    whole = (planes == planes.round()).all()
    files[name] = dict(
        file=base64.b64encode(data).decode(), width=levels.shape[1], height=levels.shape[0], tolerance=tolerance,
        levels=base64.b64encode(planes.astype(np.uint8).tobytes()).decode() if whole else [float(f"{v:.6g}") for v in planes],
    )


def saved(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format=format, **options)
    return buffer.getvalue()


def exif(orientation, big=False):
    order = ">" if big else "<"
    return (b"MM" if big else b"II") + struct.pack(order + "HIHHHIHHI", 42, 8, 1, 274, 3, 1, orientation, 0, 0)


# --- JPEG
# ---------------------------------------------------------------------------------------------------------------
def segments(data):
    at = 2
    while data[at + 1] != 0xDA:
        length = struct.unpack(">H", data[at + 2 : at + 4])[0] + 2
        yield data[at + 1], data[at : at + length]
        at += length
    yield 0xDA, data[at:]


def without(data, *markers):
    return data[:2] + b"".join(segment for marker, segment in segments(data) if marker not in markers)


def led_by(segment, data):
    return data[:2] + segment + data[2:]


def app(number, body):
    return struct.pack(">BBH", 0xFF, 0xE0 + number, len(body) + 2) + body


def adobe(transform):
    return app(14, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform))


def jpeg(image, **options):
    return saved(image, "JPEG", quality=90, optimize=True, **options)


as_rgb, ycc = jpeg(rgb, keep_rgb=True), jpeg(rgb, subsampling=0)
bare = without(ycc, 0xE0, 0xEE)
inks = jpeg(cmyk)
add("rgb-adobe-0.jpeg", as_rgb)
add("rgb-component-ids.jpeg", without(as_rgb, 0xE0, 0xEE))
add("rgb-ids-but-adobe-1.jpeg", led_by(adobe(1), without(as_rgb, 0xE0, 0xEE)))
add("ycc-no-markers.jpeg", bare)
add("ycc-adobe-1.jpeg", led_by(adobe(1), bare))
add("ycc-jfif-and-adobe-0.jpeg", led_by(app(0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), led_by(adobe(0), bare)))
add("ycc-short-adobe.jpeg", led_by(app(14, b"Adobe"), bare), as_read(bare))  # Pillow does not open it
add("ycc-other-app14.jpeg", led_by(app(14, b"Other\0\0\0\0\0\0\0"), bare))
add("two-adobe-markers.jpeg", led_by(adobe(1), led_by(adobe(0), bare)))
# jpeg-js, which reads CMYK in Node, rounds its cosine transform and its colors differently from libjpeg.
add("cmyk.jpeg", inks, tolerance=1.01)
add("cmyk-no-adobe.jpeg", without(inks, 0xEE), tolerance=1.01)
add("cmyk-subsampled.jpeg", jpeg(cmyk, subsampling=2))
add("cmyk-progressive.jpeg", jpeg(cmyk, progressive=True), tolerance=1.01)
stored = 255 - np.asarray(cmyk)  # as Adobe stores inks
ycck = np.dstack([np.asarray(Image.fromarray(np.ascontiguousarray(stored[..., :3])).convert("YCbCr")), stored[..., 3]])
ycck_inks = jpeg(Image.fromarray(np.ascontiguousarray(255 - ycck), "CMYK"))
add("ycck.jpeg", led_by(adobe(2), without(ycck_inks, 0xEE)), tolerance=2.01)
add("4-components-adobe-1.jpeg", led_by(adobe(1), without(ycck_inks, 0xEE)), tolerance=2.01)
for name, subsampling in {"444": 0, "422": 1, "420": 2}.items():
    for kind, options in {"": {}, "-progressive": dict(progressive=True)}.items():
        add(f"{name}{kind}.jpeg", jpeg(rgb, subsampling=subsampling, **options))
add("420-two-wide.jpeg", jpeg(rgb.crop((2, 0, 4, 9)), subsampling=2))
large = rgb.resize((35, 19))
for name, image in dict(grey=large.convert("L"), color=large).items():
    for kind, progressive in {"": False, "-progressive": True}.items():
        add(f"{name}-restarts{kind}.jpeg", jpeg(image, subsampling=2, restart_marker_blocks=3, progressive=progressive))
add("orientation-8-big-endian.jpeg", led_by(app(1, b"Exif\0\0" + exif(8, True)), ycc))
add("orientation-99.jpeg", led_by(app(1, b"Exif\0\0" + exif(99)), ycc))
add("damaged-exif.jpeg", led_by(app(1, b"Exif\0\0II*\0\xff\xff\xff\xff"), ycc))
add("fill-bytes.jpeg", ycc[:2] + b"\xff\xff\xff" + ycc[2:])
add("after-its-end.jpeg", ycc + b"\0" * 9 + ycc)


# --- PNG
# ----------------------------------------------------------------------------------------------------------------
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(row, bits):
    """The bytes of a row of samples."""
    if bits == 16:
        return row.astype(">u2").tobytes()
    if bits == 8:
        return row.astype(np.uint8).tobytes()
    spread = (row.reshape(-1, 1) >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(spread.astype(np.uint8).ravel()).tobytes()


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, color, bits, before=b"", after=b"", interlaced=False):
    samples = samples if samples.ndim == 3 else samples[..., None]
    parts = [samples[y::dy, x::dx] for x, y, dx, dy in (PASSES if interlaced else [(0, 0, 1, 1)])]
    rows = b"".join(b"\0" + packed(row.ravel(), bits) for part in parts if part.size for row in part)
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], bits, color, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(rows, 9)) + after
            + chunk(b"IEND", b""))


for orientation in range(1, 9):
    add(f"orientation-{orientation}.png", png(pixels, 2, 8, chunk(b"eXIf", exif(orientation, orientation % 2 == 0))))
add("orientation-6-after-pixels.png", png(pixels, 2, 8, after=chunk(b"eXIf", exif(6))))
add("orientation-6-with-letters.png", png(pixels, 2, 8, chunk(b"eXIf", b"Exif\0\0" + exif(6))))
add("gamma.png", png(pixels, 2, 8, chunk(b"gAMA", struct.pack(">I", 100000))))
levels = np.asarray(grey)
on_white = lambda values, opacity: (values / 257) * (opacity / 65535) + 255 * (1 - opacity / 65535)
opaque16 = alpha.astype(np.uint16)[..., None] * 257
for interlaced in (False, True):
    kind = "-interlaced" if interlaced else ""
    make = lambda *arguments: png(*arguments, interlaced=interlaced)
    for bits in (1, 2, 4):
        add(f"grey{bits}{kind}.png", make(levels >> (8 - bits), 0, bits))
    add(f"grey-alpha{kind}.png", make(np.dstack([levels, alpha]), 4, 8))
    add(f"rgba{kind}.png", make(np.asarray(rgba), 6, 8))
    colors = bytes(palette16.getpalette()[:48])
    for bits in (4, 8):
        add(f"palette{bits}{kind}.png", make(np.asarray(palette16), 3, bits, chunk(b"PLTE", colors)))
    # Pillow rounds 16 bits to 8 or clips them, so the original numbers are stored instead.
    add(f"rgb16{kind}.png", make(sixteen, 2, 16), sixteen / 257)
    add(f"grey16{kind}.png", make(sixteen[..., 0], 0, 16))
    add(f"rgba16{kind}.png", make(np.dstack([sixteen, opaque16]), 6, 16), on_white(sixteen, opaque16.astype(float)))
    add(f"grey-alpha16{kind}.png", make(np.dstack([sixteen[..., :1], opaque16]), 4, 16),
        np.repeat(on_white(sixteen[..., :1], opaque16.astype(float)), 3, 2))
add("grey-key.png", png(levels, 0, 8, chunk(b"tRNS", struct.pack(">H", int(levels[3, 4])))))
add("rgb-key.png", png(pixels, 2, 8, chunk(b"tRNS", struct.pack(">HHH", 255, 0, 0))))
add("palette-alpha.png", png(np.asarray(palette16), 3, 8, chunk(b"PLTE", colors) + chunk(b"tRNS", bytes([0, 90, 255]))))


# --- TIFF: written by Pillow, or by hand if Pillow cannot write it
# ------------------------------------------------------
def tiff(samples, photometric, bits=8, order="<", extra=(), tile=None, rows=None, planar=False, format=1,
         compress=None, code=1, fields=()):
    samples = samples if samples.ndim == 3 else samples[..., None]
    height, width, depth = samples.shape
    kind = f"{order}f{bits // 8}" if format == 3 else f"{order}u{max(1, bits // 8)}"
    down, across = tile or (rows or height, width)
    planes = [samples[..., c : c + 1] for c in range(depth)] if planar else [samples]
    parts = []
    for plane in planes:
        for top in range(0, height, down):
            for left in range(0, width, across):
                part = plane[top : top + down, left : left + across]
                if tile:
                    part = np.pad(part, ((0, down - part.shape[0]), (0, across - part.shape[1]), (0, 0)))
                lines = [packed(row.ravel(), bits) if bits < 8 else row.astype(kind).tobytes() for row in part]
                parts.append((compress or (lambda data: data))(b"".join(lines)))
    entries = [(256, 4, [width]), (257, 4, [height]), (258, 3, [bits] * depth), (259, 3, [code]),
               (262, 3, [photometric]), (277, 3, [depth]), (284, 3, [2 if planar else 1]), (339, 3, [format] * depth)]
    if tile:
        entries += [(322, 4, [across]), (323, 4, [down])]
    else:
        entries += [(278, 4, [down])]
    if extra:
        entries.append((338, 3, list(extra)))
    entries += fields
    offsets_tag, counts_tag = (324, 325) if tile else (273, 279)
    at = 8
    offsets = []
    for part in parts:
        offsets.append(at)
        at += len(part) + len(part) % 2
    body = b"".join(part + b"\0" * (len(part) % 2) for part in parts)
    entries += [(offsets_tag, 4, offsets), (counts_tag, 4, [len(part) for part in parts])]
    entries.sort(key=lambda entry: entry[0])
    values_at = at + 2 + 12 * len(entries) + 4
    directory, values = struct.pack(order + "H", len(entries)), b""
    for tag, type, numbers in entries:
        data = struct.pack(order + str(len(numbers)) + {3: "H", 4: "I"}[type], *numbers)
        directory += struct.pack(order + "HHI", tag, type, len(numbers))
        directory += data.ljust(4, b"\0") if len(data) <= 4 else struct.pack(order + "I", values_at + len(values))
        values += data + b"\0" * (len(data) % 2) if len(data) > 4 else b""
    return ((b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, at) + body + directory
            + struct.pack(order + "I", 0) + values)


for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
    for mode in ("1", "L", "RGB", "RGBA", "P", "CMYK", "LA"):
        image = rgba.convert(mode) if mode != "RGBA" else rgba
        add(f"{mode}-{compression}.tiff", saved(image, "TIFF", compression=compression, tiffinfo={278: 4}))
for compression in ("tiff_lzw", "tiff_adobe_deflate"):
    add(f"differences-{compression}.tiff", saved(rgb, "TIFF", compression=compression, tiffinfo={317: 2}))
for orientation in range(1, 9):
    add(f"orientation-{orientation}.tiff", saved(rgb, "TIFF", tiffinfo={274: orientation}))
for order, name in {"<": "little", ">": "big"}.items():
    add(f"rgb16-{name}.tiff", tiff(sixteen, 2, 16, order, rows=2), sixteen / 257)
    add(f"grey16-{name}.tiff", tiff(sixteen[..., 0], 1, 16, order), np.repeat(sixteen[..., :1] / 257, 3, 2))
    fractions = (sixteen[..., 0] / 65535).astype(np.float32)
    add(f"float-{name}.tiff", tiff(fractions, 1, 32, order, format=3))
    add(f"double-{name}.tiff", tiff(fractions.astype(np.float64), 1, 64, order, format=3), np.repeat(fractions[..., None] * 255.0, 3, 2), 0.001)
add("tiles.tiff", tiff(np.asarray(large), 2, tile=(16, 16)))
add("tiles-deflate.tiff", tiff(np.asarray(large), 2, tile=(16, 32), compress=zlib.compress, code=8))
add("planes.tiff", tiff(pixels, 2, planar=True, rows=4))
add("planes-tiles.tiff", tiff(np.asarray(large), 2, planar=True, tile=(16, 16)))
add("grey4.tiff", tiff(levels >> 4, 1, 4))
add("grey4-white-is-zero.tiff", tiff(15 - (levels >> 4), 0, 4))
add("white-is-zero.tiff", tiff(levels, 0))
add("white-is-zero-16.tiff", tiff(sixteen[..., 0], 0, 16), np.repeat(255 - sixteen[..., :1] / 257, 3, 2))
indices = np.asarray(palette16)
table = np.asarray(palette16.getpalette()[:48]).reshape(16, 3).T.ravel() * 257
add("palette4.tiff", tiff(indices, 3, 4, fields=[(320, 3, [int(v) for v in table])]))
add("ignored-fourth-sample.tiff", tiff(np.asarray(rgba), 2, extra=[0]))
premultiplied = np.dstack([(pixels * (alpha[..., None] / 255)).round().astype(np.uint8), alpha])
add("premultiplied.tiff", tiff(premultiplied, 2, extra=[1]), tolerance=1)
mirrored = lambda data: bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)
add("lowest-bit-first.tiff", tiff(np.asarray(rgb.convert("1")).astype(np.uint8), 1, 1, compress=mirrored, fields=[(266, 3, [2])]))


def float_differences(order):
    rows = []
    for row in fractions:
        shuffled = np.frombuffer(row.astype(">f4").tobytes(), np.uint8).reshape(-1, 4).T.ravel()
        rows.append(np.concatenate([shuffled[:1], np.diff(shuffled.astype(np.int16)).astype(np.uint8)]).tobytes())
    return tiff(fractions, 1, 32, order, format=3, compress=lambda _: zlib.compress(b"".join(rows)), code=8, fields=[(317, 3, [3])])


add("float-differences.tiff", float_differences("<"))


# --- BMP
# ----------------------------------------------------------------------------------------------------------------
def bmp(header, body, palette=b""):
    at = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", at + len(body), 0, 0, at) + header + palette + body


def info(bits, compression=0, height=HEIGHT, size=40, colors=0):
    return struct.pack("<IiiHHIIiiII", size, WIDTH, height, 1, bits, compression, 0, 0, 0, colors, 0)


def rows_of(values):
    return b"".join(bytes(row) + b"\0" * (-len(row) % 4) for row in values)


bgr = np.ascontiguousarray(pixels[..., ::-1])
bottom_up = lambda values, kind: rows_of([row.astype(kind).tobytes() for row in values[::-1]])
quads = b"".join(bytes([*colors[3 * i : 3 * i + 3][::-1], 0]) for i in range(16))
triples = b"".join(colors[3 * i : 3 * i + 3][::-1] for i in range(16))
nibbles = rows_of([packed(row, 4) for row in indices[::-1]])
r, g, b = (pixels[..., c].astype(np.uint32) for c in range(3))
masks = lambda *values: struct.pack(f"<{len(values)}I", *values)
add("rgb24-top-down.bmp", bmp(info(24, height=-HEIGHT), rows_of([row.tobytes() for row in bgr])))
add("rgb32.bmp", bmp(info(32), bottom_up(np.dstack([bgr, alpha]), np.uint8)))
add("palette4.bmp", bmp(info(4, colors=16), nibbles, quads))
add("palette8-os2.bmp", bmp(struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, 8), rows_of([row.tobytes() for row in indices[::-1]]), triples + b"\0" * (768 - 48)))
add("rgb24-os2.bmp", bmp(struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, 24), bottom_up(bgr, np.uint8)))
add("rgb555.bmp", bmp(info(16), bottom_up((r >> 3) << 10 | (g >> 3) << 5 | b >> 3, "<u2")), tolerance=1.01)
add("rgb565.bmp", bmp(info(16, 3) + masks(0xF800, 0x7E0, 0x1F), bottom_up((r >> 3) << 11 | (g >> 2) << 5 | b >> 3, "<u2")), tolerance=1.01)
add("masks-rgbx.bmp", bmp(info(32, 3) + masks(0xFF000000, 0xFF0000, 0xFF00), bottom_up(r << 24 | g << 16 | b << 8, "<u4")))
add("masks-alpha-v4.bmp", bmp(info(32, 3, size=108) + masks(0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"\0" * 52,
    bottom_up(alpha.astype(np.uint32) << 24 | r << 16 | g << 8 | b, "<u4")))


def runs(values, bits):
    data = b""
    for row in values[::-1]:
        at = 0
        while at < len(row):
            if at % 5 == 0 and len(row) - at >= 3:  # an absolute run
                some = row[at : at + 3]
                body = bytes(some) if bits == 8 else bytes([some[0] << 4 | some[1], some[2] << 4])
                data += bytes([0, 3]) + body + b"\0" * (len(body) % 2)
                at += 3
            else:
                data += bytes([1, row[at] if bits == 8 else row[at] << 4])
                at += 1
        data += b"\0\0"
    return data + b"\0\1"


add("runs8.bmp", bmp(info(8, 1, colors=16), runs(indices, 8), quads))
add("runs4.bmp", bmp(info(4, 2, colors=16), runs(indices, 4), quads))

OUT.write_text(json.dumps(files, separators=(",", ":")))
print(len(files), "files,", OUT.stat().st_size, "bytes")
