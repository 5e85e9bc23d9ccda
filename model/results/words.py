"""Words that several result tables use."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..children.ladder import ADULT_LEVELS, CHILD_LEVELS

Table = pd.DataFrame


SIMULATED, EXPECTED = "simulated", "expected"


LEVEL_NAMES = np.array(CHILD_LEVELS + ADULT_LEVELS)
