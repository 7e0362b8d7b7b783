"""Pictures as people see them: turned as the camera says, and with white where nothing is."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_ORIENTATION = 0x0112
_SHOW_THROUGH = {"1", "L", "LA", "P", "PA", "RGB", "RGBA"}


def as_seen(picture: Image.Image) -> Image.Image:
    """Return an opened picture upright by its EXIF orientation, what is transparent in it on white.

    Raises OSError where it cannot be decoded.
    """
    from PIL import Image

    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    try:
        orientation = picture.getexif().get(_ORIENTATION)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, struct.error):
        # What programs wrote into it wrongly does not change how it looks.
        orientation = None
    if orientation in turns:
        picture = picture.transpose(turns[orientation])
    clear = "A" in picture.getbands() or "transparency" in picture.info
    if not clear or picture.mode not in _SHOW_THROUGH:
        return picture
    over = picture.convert("RGBA")
    white = Image.new("RGBA", over.size, "white")
    return Image.alpha_composite(white, over).convert("L" if picture.mode in {"1", "L", "LA"} else "RGB")
