"""What a suggestion costs, and what scikit-learn's Gaussian process would cost.

Prints, for several numbers of known candidates and of parameters, the CPU time of one
suggestion of the default strategy, and the time of one fit with tuned hyperparameters
of our Gaussian process and of scikit-learn's on the same data, as a ratio.

    OMP_NUM_THREADS=1 python benchmarks/surrogate_cost.py
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
from _versions import print_versions
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from skopt_evo.strategies import GeneLayout, GeneticStrategy, SurrogateStrategy
from skopt_evo.strategies.surrogates import GaussianProcess

SIZES = ((50, 5), (150, 10), (500, 10), (2000, 10), (150, 50))
N_SUGGESTIONS = 12


def loss(genomes: np.ndarray) -> np.ndarray:
    """Return the losses of a smooth function with a little noise."""
    noise = np.random.default_rng(len(genomes)).normal(scale=0.01, size=len(genomes))
    return ((genomes - 0.3) ** 2).sum(axis=1) + noise


def cpu_seconds(call: Callable[[], object], n: int = 1) -> float:
    begin = time.process_time()
    for _ in range(n):
        call()
    return (time.process_time() - begin) / n


def suggestion(n_known: int, n_genes: int) -> float:
    """Return the seconds of a suggestion, each followed by its result."""
    layout = GeneLayout.continuous(n_genes)
    evolution = GeneticStrategy(layout, seed=0, population_size=12, n_initial=0)
    strategy = SurrogateStrategy(evolution, GaussianProcess(layout))
    genomes = np.random.default_rng(0).random((n_known, n_genes))
    strategy.tell(genomes, loss(genomes)[:, np.newaxis])

    def suggest() -> None:
        asked = strategy.ask(1)
        strategy.tell(asked, loss(asked)[:, np.newaxis])

    suggest()  # the first fit of the hyperparameters starts from the prior
    return cpu_seconds(suggest, N_SUGGESTIONS)


def fits(n_known: int, n_genes: int) -> tuple[float, float]:
    """Return the seconds of a tuned fit by our process and by scikit-learn's."""
    rng = np.random.default_rng(0)
    genomes = rng.random((n_known, n_genes))
    targets = loss(genomes)
    ours = GaussianProcess(GeneLayout.continuous(n_genes))
    kernel = ConstantKernel() * Matern(np.ones(n_genes), nu=2.5) + WhiteKernel(1e-3)
    theirs = GaussianProcessRegressor(kernel, normalize_y=True)
    return (
        cpu_seconds(lambda: ours.fit(genomes, targets, tune=True, rng=rng)),
        cpu_seconds(lambda: theirs.fit(genomes, targets)),
    )


def main() -> None:
    print_versions()
    print("known  parameters  ms a suggestion   ms a fit  scikit-learn's  ratio")
    warnings.simplefilter("ignore")  # scikit-learn's fit may not converge
    for n_known, n_genes in SIZES:
        own, other = fits(min(n_known, 200), n_genes)
        print(
            f"{n_known:5d}  {n_genes:10d}  {1e3 * suggestion(n_known, n_genes):15.1f}"
            f"  {1e3 * own:9.1f}  {1e3 * other:14.1f}  {other / own:5.1f}"
        )


if __name__ == "__main__":
    main()
