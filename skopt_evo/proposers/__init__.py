"""Proposers: what a search asks for its next candidates."""

from skopt_evo.proposers._descent_settings import Settings
from skopt_evo.proposers._evolution import EvolutionProposer
from skopt_evo.proposers._grid import GridProposer
from skopt_evo.proposers._known import WarmStart
from skopt_evo.proposers._layout import layout_of
from skopt_evo.proposers._rehearsal import (
    rehearse_gradient,
    rehearse_operators,
    rehearse_optimizer,
    rehearse_surrogate,
)
from skopt_evo.proposers._restarts import DescentProposer
from skopt_evo.proposers._strategies import EvolutionSettings, check_surrogate
from skopt_evo.proposers._warm_start import parse_initial_params
from skopt_evo.proposers._warm_start_proposer import WarmStartProposer
from skopt_evo.trials import Proposer

__all__ = [
    "DescentProposer",
    "EvolutionProposer",
    "EvolutionSettings",
    "GridProposer",
    "Proposer",
    "Settings",
    "WarmStart",
    "WarmStartProposer",
    "check_surrogate",
    "layout_of",
    "parse_initial_params",
    "rehearse_gradient",
    "rehearse_operators",
    "rehearse_optimizer",
    "rehearse_surrogate",
]
