"""A picture sheet: one overlay of each dataset and view, so that a person sees what no table tells."""

from collections.abc import Mapping

from PIL import Image, ImageDraw, ImageOps

from components.overlay import overlay
from data_schemas.vocabulary import Vocabulary
from pipeline.validation.survey import Sample

SIDE, CAPTION, COLUMNS, GAP = 320, 24, 4, 8


def draw_sheet(samples: Mapping[tuple[str, str], Sample], vocabulary: Vocabulary) -> Image.Image:
    """Overlays in rows, the dataset and view under each, the colours' meaning at the foot."""
    cells = sorted(samples.items())
    columns = min(COLUMNS, max(1, len(cells)))
    rows = -(-len(cells) // columns)
    width, height = SIDE + GAP, SIDE + CAPTION + GAP
    sheet = Image.new("RGB", (columns * width + GAP, rows * height + CAPTION + GAP), "#101418")
    draw = ImageDraw.Draw(sheet)
    for place, ((dataset, view), sample) in enumerate(cells):
        left, top = GAP + place % columns * width, GAP + place // columns * height
        picture = Image.fromarray(overlay(sample.image, sample.ids, vocabulary.colors))
        picture = ImageOps.contain(picture, (SIDE, SIDE))
        sheet.paste(picture, (left + (SIDE - picture.width) // 2, top + (SIDE - picture.height) // 2))
        draw.text((left, top + SIDE + 4), f"{dataset} {view}", fill="white", font_size=15)
    left = GAP
    for structure in vocabulary.structures:
        draw.text((left, rows * height + GAP), structure.name, fill=structure.color, font_size=15)
        left += int(draw.textlength(structure.name, font_size=15)) + 3 * GAP
    return sheet
