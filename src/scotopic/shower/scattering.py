"""Multiple scattering of charged particles in matter, by Highland's formula.

The Review of Particle Physics ("Passage of particles through matter") in terms of momentum:
behind d radiation lengths the rms momentum that a relativistic particle has across its direction,
in one plane, is 13.6 MeV sqrt(d) (1 + 0.038 ln d). It describes the central 98 % of angles; single
scattering by large angles is left out.
"""

import numpy as np
import numpy.typing as npt

from scotopic.checked import within

FloatArray = npt.NDArray[np.float64]

_STRENGTH_GEV, _LOGARITHM = 13.6e-3, 0.038
_THINNEST = 1e-9  # radiation lengths; for much less the bracket would change its sign


def scattering_momentum(thickness_X0: npt.ArrayLike) -> FloatArray:
    """Return the rms momentum in GeV that a relativistic particle gains across, in one plane.

    Parameters
    ----------
    thickness_X0 : array_like
        Of the matter that it crosses, in radiation lengths.

    Raises
    ------
    RangeError
        If a thickness is negative.

    Examples
    --------
    >>> print(f"{scattering_momentum(0.1):.4f} GeV")
    0.0039 GeV
    """
    d = np.maximum(within("thickness_X0", thickness_X0, 0.0), _THINNEST)
    return np.asarray(_STRENGTH_GEV * np.sqrt(d) * (1 + _LOGARITHM * np.log(d)))


def scattered(momenta: FloatArray, thickness_X0: npt.ArrayLike, normal: FloatArray) -> FloatArray:
    """Return momenta behind matter: of the same length, turned by small angles.

    Parameters
    ----------
    momenta : ndarray, shape (n, 3)
        In GeV, of relativistic particles, none along y.
    thickness_X0 : float or array_like, shape (n,)
        Of the matter that each crosses, in radiation lengths.
    normal : ndarray, shape (2, n)
        Random numbers of unit width: the angles in two planes.

    Returns
    -------
    ndarray, shape (n, 3)
    """
    p = np.linalg.norm(momenta, axis=1)
    along = momenta / p[:, None]
    across = np.stack([along[:, 2], np.zeros_like(p), -along[:, 0]], axis=1)
    across /= np.linalg.norm(across, axis=1)[:, None]
    upwards = np.cross(along, across)
    angles = scattering_momentum(thickness_X0) / p * normal
    angle = np.hypot(*angles)
    share = np.sinc(angle / np.pi)[:, None]  # sin(angle)/angle
    turned = np.cos(angle)[:, None] * along + share * (
        angles[0, :, None] * across + angles[1, :, None] * upwards
    )
    return np.asarray(p[:, None] * turned)
