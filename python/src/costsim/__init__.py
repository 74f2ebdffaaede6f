"""What an AI product will cost: a thin, typed API over the program ``costsim``.

Every function runs the program once and returns its tables as frames. No figure is computed here:
what a function returns is what the program of the same version writes.
"""

from ._api import check, forecast, price, replay, run, solve, sweep, validate
from ._errors import CostsimError, Diagnostic, InputError
from ._frames import Frames
from ._program import program_path, program_version, shipped_scenarios
from ._results import CheckResult, Result

__version__ = program_version()

__all__ = [
    "CheckResult",
    "CostsimError",
    "Diagnostic",
    "Frames",
    "InputError",
    "Result",
    "check",
    "forecast",
    "price",
    "program_path",
    "program_version",
    "replay",
    "run",
    "shipped_scenarios",
    "solve",
    "sweep",
    "validate",
]
