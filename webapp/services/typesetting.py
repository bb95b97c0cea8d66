"""Typst: its fonts on this machine, documents to PDF, drawings to pictures.

No font is bundled with this project and none is fetched: Times New Roman where it is
installed, else Liberation Serif or Noto Serif, else the serif that typst itself carries;
drawings use Be Vietnam Pro, which comes with its package. All of them hold Vietnamese.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import fontpkg_be_vietnam_pro
import typst

from webapp.services.font_letters import has_letters

SERIFS = ("Times New Roman", "Liberation Serif", "Noto Serif")
EMBEDDED_SERIF = "Libertinus Serif"

_FONT_FILES = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"
_HARD_LETTERS = "ơưặễỹỞỮ"
"""Letters that older fonts lack, such as version 1 of Liberation Serif."""


def to_pdf(source: str) -> bytes:
    """A typst document as PDF, in the serif of `serif_family`."""
    return _only(_compiler().compile(source.encode(), format="pdf"))


def to_png(source: str, ppi: float) -> bytes:
    """A typst document of one page as a picture."""
    return _only(_compiler().compile(source.encode(), format="png", ppi=ppi))


def svg_to_png(svg: str, width_mm: float, ppi: float = 200) -> bytes:
    """A drawing as a picture of a width in millimetres."""
    page = f"#set page(width: {width_mm}mm, height: auto, margin: 0pt)"
    source = f"{page}\n{svg_image(svg)}".encode()
    return _only(_compiler().compile(source, format="png", ppi=ppi))


def svg_image(svg: str, width: str = "100%") -> str:
    """A drawing in typst's words, as wide as the column by default."""
    return f'#image(bytes({quoted(svg)}), format: "svg", width: {width})'


def quoted(text: str) -> str:
    """A text as a typst string: nothing in it is markup or code.

    >>> print(quoted('#panic("x")'))
    "#panic(\\"x\\")"
    """
    plain = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t\u00a0")
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def serif_family() -> str:
    """The serif that documents are set in on this machine."""
    return _serif()[0]


@lru_cache(maxsize=1)
def _serif() -> tuple[str, Path | None]:
    """The first of `SERIFS` that is installed with all letters, and its folder."""
    installed = typst.Fonts(include_embedded_fonts=False).fonts()
    for family in SERIFS:
        for font in installed:
            upright = font.style == "normal" and font.weight == 400
            if font.family == family and upright and font.path:
                path = Path(font.path)
                if has_letters(path, _HARD_LETTERS):
                    return family, path.parent
    return EMBEDDED_SERIF, None


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    _, folder = _serif()
    folders = [str(folder)] if folder else []
    return typst.Fonts(include_system_fonts=False, font_paths=[*folders, str(_FONT_FILES)])


def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=_fonts())


def _only(made: bytes | list[bytes] | None) -> bytes:
    if not isinstance(made, bytes):
        raise TypeError("typst made more than one page")
    return made
