"""Processes that share the tests do not get into each other's way."""

import numpy as np
import pytest
import scipy.linalg


def test_linear_algebra_has_one_thread() -> None:
    """It took four times the time with two, as both cores are busy; plugins may import numpy."""
    threadpoolctl = pytest.importorskip("threadpoolctl", reason="the extra 'scan' is not installed")
    assert scipy.linalg.det(np.eye(2)) == 1  # the library is loaded
    pools = threadpoolctl.threadpool_info()
    assert {one["num_threads"] for one in pools if one["user_api"] == "blas"} == {1}
