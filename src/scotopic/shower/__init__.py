"""The electromagnetic cascade: which electrons, positrons and photons there are in the target.

`track_lengths` integrates over depth, `depth_track_lengths` keeps it. Both solve the cascade
equations; `scotopic.shower.monte_carlo.simulate` runs showers one by one (it needs numba, which
is slow to import, and is therefore not imported here).
"""

from scotopic.shower.depth import DepthTrackLengths, depth_track_lengths
from scotopic.shower.medium import Effects, Medium, Particle
from scotopic.shower.tracks import TrackLengths, track_lengths

__all__ = [
    "DepthTrackLengths",
    "Effects",
    "Medium",
    "Particle",
    "TrackLengths",
    "depth_track_lengths",
    "track_lengths",
]
