"""Golden values for spec/image: resizing, warping and blurring by PIL, torch and torchvision.

pip install torch torchvision pillow numpy
python3 scripts/reference/image.py
"""

import io
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import torchvision.transforms.functional as TF
from PIL import Image, ImageOps

OUT = Path(__file__).resolve().parents[2] / "spec" / "image" / "golden"
rng = np.random.default_rng(7)


def numbers(array):
    return [float(f"{value:.9g}") for value in np.asarray(array, dtype=np.float64).ravel()]


def write(name, value):
    (OUT / name).write_text(json.dumps(value, separators=(",", ":")))


# --- resizing: one 11×7 plane to several sizes -----------------------------------------------------------------------
WIDTH, HEIGHT = 11, 7
plane = rng.random((HEIGHT, WIDTH), dtype=np.float32)
SIZES = [(5, 3), (4, 7), (11, 4), (23, 16), (17, 5), (1, 1), (33, 21)]
PIL_FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos3": Image.LANCZOS}


def by_pil(filter, width, height):
    return np.asarray(Image.fromarray(plane).resize((width, height), filter))


def by_torch(mode, width, height, **options):
    tensor = torch.from_numpy(plane)[None, None].double()
    return F.interpolate(tensor, size=(height, width), mode=mode, **options)[0, 0].numpy()


cases = []
for width, height in SIZES:
    for name, filter in PIL_FILTERS.items():
        cases.append(dict(filter=name, antialias=True, by="PIL", result=by_pil(filter, width, height)))
    for name in ("bilinear", "bicubic"):
        cases.append(dict(filter=name, antialias=False, by="torch", result=by_torch(name, width, height, align_corners=False)))
        cases.append(dict(filter=name, antialias=True, by="torch", result=by_torch(name, width, height, align_corners=False, antialias=True)))
    cases.append(dict(filter="area", antialias=True, by="torch", result=by_torch("area", width, height)))
    cases.append(dict(filter="nearest", antialias=True, by="torch", result=by_torch("nearest-exact", width, height)))
write("resize.json", dict(
    width=WIDTH, height=HEIGHT, data=numbers(plane),
    cases=[dict(case, width=case["result"].shape[1], height=case["result"].shape[0], result=numbers(case["result"])) for case in cases],
))

# --- geometry and blur: three planes of 9×6 ---------------------------------------------------------------------------
picture = torch.from_numpy(rng.random((3, 6, 9), dtype=np.float32))


def zoomed(factor, degrees):
    """Zooms about the center and rotates clockwise, with grid_sample in normalized coordinates."""
    _, height, width = picture.shape
    c, s = math.cos(math.radians(degrees)) / factor, math.sin(math.radians(degrees)) / factor
    theta = torch.tensor([[[c, s * height / width, 0], [-s * width / height, c, 0]]], dtype=torch.float64)
    grid = F.affine_grid(theta, [1, 3, height, width], align_corners=False)
    return F.grid_sample(picture[None].double(), grid, padding_mode="border", align_corners=False)[0].numpy()


write("geometry.json", dict(
    width=9, height=6, data=numbers(picture),
    zooms=[dict(factor=f, rotation=r, result=numbers(zoomed(f, r))) for f, r in [(1.3, 0), (1, 30), (0.7, -45), (1, 180)]],
    blurs=[dict(sigma=s, radius=r, result=numbers(TF.gaussian_blur(picture.double(), [2 * r + 1] * 2, [s, s]))) for s, r in [(0.8, 3), (1.5, 2), (1, 5)]],
    pads={border: numbers(F.pad(picture[None], (3, 1, 2, 4), mode=border)[0]) for border in ("replicate", "reflect")},
    centerCrop=dict(width=4, height=3, result=numbers(TF.center_crop(picture, [3, 4]))),
))

# --- colors ---------------------------------------------------------------------------------------------------------
content = rng.random((3, 5, 8)) * [[[0.5]], [[0.9]], [[0.2]]] + 0.1
style = rng.random((3, 6, 4)) ** 2
style[1] = 0.6 * style[0] + 0.4 * style[1]
content, style = content.astype(np.float32), np.round(style * 12).astype(np.float32) / 12  # the style has ties


def moments(image):
    pixels = image.reshape(3, -1).astype(np.float64)
    return pixels.mean(1), np.cov(pixels, bias=True)


def power(matrix, exponent):
    values, vectors = np.linalg.eigh(matrix)
    return vectors @ np.diag(values**exponent) @ vectors.T


(mean_c, cov_c), (mean_s, cov_s) = moments(content), moments(style)
floor = 1.5e-6 * np.eye(3)
transfer = power(cov_c, 0.5) @ power(cov_s + floor, -0.5)
matched = transfer @ (style.reshape(3, -1) - mean_s[:, None]) + mean_c[:, None]


def match_channel(source, template):
    """skimage.exposure.match_histograms, one channel."""
    _, inverse, counts = np.unique(source.ravel(), return_inverse=True, return_counts=True)
    values, template_counts = np.unique(template.ravel(), return_counts=True)
    source_quantiles = np.cumsum(counts) / source.size
    template_quantiles = np.cumsum(template_counts) / template.size
    return np.interp(source_quantiles, template_quantiles, values)[inverse]


write("color.json", dict(
    content=dict(width=8, height=5, data=numbers(content)),
    style=dict(width=4, height=6, data=numbers(style)),
    mean=numbers(mean_s), covariance=numbers(cov_s),
    styleWithMomentsOfContent=numbers(matched),
    styleWithHistogramOfContent=numbers(np.stack([match_channel(style[c], content[c]) for c in range(3)])),
))

# --- files: one 5×3 picture in every format, as PIL reads it
# ------------------------------------------------------------
small = Image.fromarray((rng.random((3, 5, 4)) * 255).round().astype(np.uint8), "RGBA")
rgb = small.convert("RGB")


def file(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return list(buffer.getvalue())


def on_white(image):
    background = Image.new("RGBA", image.size, "white")
    rgba = np.asarray(image.convert("RGBA"), dtype=np.float64) / 255
    alpha = rgba[..., 3:]
    return numbers((rgba[..., :3] * alpha + (1 - alpha)).transpose(2, 0, 1))


files = {}


def add(name, image, expected=None, **options):
    files[name] = dict(bytes=file(image, **options), width=image.width, height=image.height, expected=expected or on_white(image))


palette = rgb.quantize(7)
grey = rgb.convert("L")
sixteen = Image.fromarray((rng.random((3, 5)) * 65535).astype(np.uint16))
add("rgb.png", rgb, format="PNG")
add("rgba.png", small, format="PNG")
add("grey.png", grey, format="PNG")
add("grey-alpha.png", small.convert("LA"), format="PNG")
add("palette.png", palette, format="PNG")
add("palette-transparent.png", palette, format="PNG", transparency=2,
    expected=on_white(Image.open(io.BytesIO(bytes(file(palette, format="PNG", transparency=2))))))
add("bilevel.png", grey.point(lambda v: v > 128 and 255).convert("1"), format="PNG")
add("grey16.png", sixteen, format="PNG", expected=numbers(np.stack([np.asarray(sixteen) / 65535] * 3)))
add("palette.gif", palette, format="GIF", expected=on_white(palette))
add("transparent.gif", palette, format="GIF", transparency=2,
    expected=on_white(Image.open(io.BytesIO(bytes(file(palette, format="GIF", transparency=2))))))
add("rgb.bmp", rgb, format="BMP")
add("palette.bmp", rgb.quantize(200), format="BMP")
add("bilevel.bmp", grey.point(lambda v: v > 128 and 255).convert("1"), format="BMP")
for compression in ("raw", "tiff_lzw", "tiff_deflate", "packbits"):
    add(f"rgb-{compression}.tiff", rgb, format="TIFF", compression=compression)
add("grey.tiff", grey, format="TIFF")
add("rgba.tiff", small, format="TIFF")

# A photograph-like JPEG of one gradient in every EXIF orientation, with the expected upright picture.
y, x = np.mgrid[0:16, 0:24]
gradient = Image.fromarray(np.stack([x * 10, y * 15, 120 + 0 * x], -1).astype(np.uint8))
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = file(gradient, format="JPEG", quality=95, subsampling=0, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(bytes(data)))).convert("RGB")
    files[f"orientation-{orientation}.jpeg"] = dict(bytes=data, width=upright.width, height=upright.height, expected=on_white(upright))
add("grey.jpeg", gradient.convert("L"), format="JPEG", quality=95)
add("progressive.jpeg", gradient, format="JPEG", quality=95, progressive=True, subsampling=0)
add("cmyk.jpeg", gradient.convert("CMYK"), format="JPEG", quality=95, subsampling=0)
stripes = gradient.resize((19, 21)).quantize(32)
add("interlaced.gif", stripes, format="GIF", interlace=1, expected=on_white(stripes))
write("files.json", files)
