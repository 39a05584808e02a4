"""Figures, drawn without any window system.

Each name is imported when it is first used; matplotlib with it, which takes a third of a second.
"""

from typing import TYPE_CHECKING

from scotopic.lazy import lazy_attributes

if TYPE_CHECKING:
    from scotopic.figures.acceptance import draw_acceptance
    from scotopic.figures.efficiency import draw_efficiency_map
    from scotopic.figures.event import draw_event
    from scotopic.figures.limit import draw_limit
    from scotopic.figures.plane import draw_plane
    from scotopic.figures.production import draw_cross_sections
    from scotopic.figures.shower import draw_shower
    from scotopic.figures.style import STYLE, render, save

__all__ = [
    "STYLE",
    "draw_acceptance",
    "draw_cross_sections",
    "draw_efficiency_map",
    "draw_event",
    "draw_limit",
    "draw_plane",
    "draw_shower",
    "render",
    "save",
]

__getattr__ = lazy_attributes(__name__)
